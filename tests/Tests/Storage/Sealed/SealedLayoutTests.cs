using Postern.Server.Storage.Sealed;

namespace Postern.Tests.Storage.Sealed;

public sealed class SealedLayoutTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Units_follow_each_other_without_a_gap_and_lengths_agree_with_them(bool isLog)
    {
        var layout = new SealedLayout(isLog);
        long start = 0, place = 0;
        for (var i = 0; i < 50; i++)
        {
            var unit = layout.At(start);
            Assert.Equal((start, place), (unit.Start, unit.Place));
            Assert.Equal(unit, layout.At(start + unit.Size - 1));
            foreach (var part in (int[])[1, unit.Size / 2, unit.Size])
                Assert.Equal(start + part, layout.Length(place + SealedLayout.Overhead + part));
            Assert.Equal(start, layout.Length(place));
            Assert.Equal(start, layout.Length(place + SealedLayout.Overhead));
            start += unit.Size;
            place += unit.Size + SealedLayout.Overhead;
        }
    }
}
