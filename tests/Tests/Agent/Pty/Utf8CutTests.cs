using System.Text;
using Postern.Agent.Pty;

namespace Postern.Tests.Agent.Pty;

public sealed class Utf8CutTests
{
    [Theory]
    [InlineData("a", 1)]
    [InlineData("ä", 2)]
    [InlineData("€", 3)]
    [InlineData("😀", 4)]
    public void A_character_is_never_cut(string character, int size)
    {
        var bytes = Encoding.UTF8.GetBytes("x" + character);
        for (var length = 1; length <= bytes.Length; length++)
            Assert.Equal(length == bytes.Length ? 1 + size : 1, Utf8Cut.Length(bytes.AsSpan(0, length)));
    }

    [Theory]
    [InlineData("FF")]
    [InlineData("61808080")]
    [InlineData("80808080")]
    [InlineData("F8")]
    public void Bytes_that_are_not_text_are_not_held_back(string hex)
    {
        var bytes = Convert.FromHexString(hex);
        Assert.Equal(bytes.Length, Utf8Cut.Length(bytes));
    }
}
