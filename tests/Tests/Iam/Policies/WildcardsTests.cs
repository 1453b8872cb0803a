using System.Text.RegularExpressions;
using Postern.Server.Iam.Policies.Patterns;

namespace Postern.Tests.Iam.Policies;

public class WildcardsTests
{
    [Fact]
    public void Patterns_match_what_a_slow_matcher_matches()
    {
        var random = new Random(7);
        int matched = 0, rounds = 60_000;
        for (var round = 0; round < rounds; round++)
        {
            var pattern = Text(random, "abA*?", 8);
            var text = Text(random, "abA", 10);
            var ignoreCase = round % 2 == 0;

            var expected = Slow(pattern, text, ignoreCase);

            Assert.True(expected == Wildcards.IsMatch(Compiled(pattern), text, ignoreCase), $"'{pattern}' and '{text}'");
            Assert.Equal(expected, PatternReader.Read(pattern, wildcards: true, variables: true, out _)!.Match(text, new(), ignoreCase) == PatternMatch.Yes);
            matched += expected ? 1 : 0;
        }
        Assert.InRange(matched, rounds / 20, rounds - rounds / 20);
    }

    [Fact]
    public void Patterns_match_what_regular_expressions_match()
    {
        var random = new Random(8);
        for (var round = 0; round < 20_000; round++)
        {
            var pattern = Text(random, "ab:/*?.", 12);
            var text = Text(random, "ab:/.", 14);
            var regex = $@"\A{Regex.Escape(pattern).Replace("\\*", ".*").Replace("\\?", ".")}\z";
            Assert.Equal(Regex.IsMatch(text, regex, RegexOptions.Singleline), Wildcards.IsMatch(Compiled(pattern), text, ignoreCase: false));
        }
    }

    [Theory]
    [InlineData("*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*b")]
    [InlineData("*?*?*?*?*?*?*?*?*?*?*?*?*?*?*?*?*b")]
    [InlineData("**************************aab*c")]
    public void A_pattern_made_to_be_slow_is_not(string pattern)
    {
        // A matcher that tries every division of the text among the asterisks would not end in this life.
        Assert.False(Wildcards.IsMatch(Compiled(pattern), new string('a', 16_000), ignoreCase: false));
        Assert.False(Wildcards.IsMatch(Compiled(pattern), new string('a', 16_000), ignoreCase: true));
    }

    private static string Compiled(string pattern) => pattern.Replace('*', Wildcards.Any).Replace('?', Wildcards.One);

    private static string Text(Random random, string letters, int most) => new([.. Enumerable.Range(0, random.Next(most + 1)).Select(_ => letters[random.Next(letters.Length)])]);

    private static bool Slow(ReadOnlySpan<char> pattern, ReadOnlySpan<char> text, bool ignoreCase)
        => pattern.IsEmpty ? text.IsEmpty
            : pattern[0] == '*' ? Slow(pattern[1..], text, ignoreCase) || !text.IsEmpty && Slow(pattern, text[1..], ignoreCase)
            : !text.IsEmpty && (pattern[0] == '?' || pattern[0] == text[0] || ignoreCase && char.ToUpperInvariant(pattern[0]) == char.ToUpperInvariant(text[0]))
                && Slow(pattern[1..], text[1..], ignoreCase);
}
