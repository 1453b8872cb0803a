using Postern.Server.Documents.Content;

namespace Postern.Tests.Documents;

public sealed class AllowedPatternTests
{
    /// <summary>A matcher that goes back would need years.</summary>
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);

    [Theory]
    [InlineData("[a-z]+", "abc", true)]
    [InlineData("[a-z]+", "abc; id", false)]
    [InlineData("^[a-z]+$", "abc\n", false)]
    [InlineData("a|b", "a", true)]
    [InlineData("a|b", "ab", false)]
    [InlineData("(?m)^a$", "a\nid", false)]
    [InlineData("^[a-zA-Z0-9-_/]+(.log)$", "/var/log/my-app_1.log", true)]
    [InlineData("^[a-zA-Z0-9-_/]+(.log)$", "/var/log/$(id).log", false)]
    [InlineData("", "", true)]
    [InlineData("", "a", false)]
    public void A_pattern_matches_whole_values(string pattern, string value, bool matches) => Assert.Equal(matches, new AllowedPattern(pattern).IsMatch(value));

    /// <summary>Patterns made to hang a matcher that goes back, or to fill the memory of one that does not.</summary>
    [Theory]
    [InlineData("(a+)+$")]
    [InlineData("(a|aa)+b")]
    [InlineData("(.*)*x")]
    [InlineData("((a{999}){999}){999}")]
    [InlineData("(.{1,200}){1,200}")]
    [InlineData("(a?){5000}a{5000}")]
    [InlineData("[\\w\\s\\d\\p{L}]{0,2000}x[\\w]{0,2000}")]
    [InlineData("(x+x+)+y")]
    public Task A_hostile_pattern_is_refused_or_answers_soon(string pattern) => Task.Run(() =>
    {
        try
        {
            Assert.False(new AllowedPattern(pattern).IsMatch(new string('a', 16_000) + "!"));
        }
        catch (FormatException)
        {
            // refused: that is an answer, too
        }
    }, TestContext.Current.CancellationToken).WaitAsync(Deadline, TestContext.Current.CancellationToken);

    [Fact]
    public void A_pattern_that_could_close_the_anchors_does_not()
    {
        Assert.Throws<FormatException>(() => new AllowedPattern("a)|(?:.*"));
        Assert.Throws<FormatException>(() => new AllowedPattern("a)|.*|(?:b"));
        Assert.Throws<FormatException>(() => new AllowedPattern("a(?#"));
        Assert.Throws<FormatException>(() => new AllowedPattern(new string('a', AllowedPattern.MaxLength + 1)));
    }
}
