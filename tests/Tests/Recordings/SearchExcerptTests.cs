using Postern.Server.Recordings.Search;

namespace Postern.Tests.Recordings;

public sealed class SearchExcerptTests
{
    private static readonly string Filling = string.Concat(Enumerable.Repeat("0123456789 ", 100));

    [Theory]
    [InlineData("drop table", "DROP  TABLE orders")]
    [InlineData("Drop tab*", "drop table orders")]
    [InlineData(" (drop) \"table\" ", "drop(\"table\")")]
    public void A_long_line_shows_where_the_words_stand(string sought, string found)
    {
        var excerpt = new SearchExcerpt(sought).Of(Filling + found + Filling);
        Assert.Contains(found, excerpt);
        Assert.Equal((SearchExcerpt.MaxShown + 2, '…', '…'), (excerpt.Length, excerpt[0], excerpt[^1]));
    }

    [Fact]
    public void Both_ends_of_a_line_have_no_mark()
    {
        Assert.StartsWith("drop table", new SearchExcerpt("drop table").Of("drop table" + Filling));
        Assert.EndsWith("drop table", new SearchExcerpt("drop table").Of(Filling + "drop table"));
        Assert.Equal("drop table", new SearchExcerpt("drop table").Of("drop table"));
    }

    [Fact]
    public void What_stands_there_with_other_marks_is_shown_from_its_beginning() => Assert.StartsWith("0123", new SearchExcerpt("zoe").Of(Filling + "Zoë" + Filling));

    [Fact]
    public void No_character_is_cut_in_two()
    {
        for (var shift = 0; shift < 2; shift++)
        {
            var excerpt = new SearchExcerpt("needle").Of(new string('x', shift) + string.Concat(Enumerable.Repeat("\U0001F389", 600)) + "needle" + string.Concat(Enumerable.Repeat("\U0001F389", 600)));
            Assert.Contains("needle", excerpt);
            Assert.Equal(excerpt, string.Concat(excerpt.EnumerateRunes().Select(rune => rune.ToString())));
        }
    }
}
