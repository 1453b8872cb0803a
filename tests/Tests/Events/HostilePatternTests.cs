using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Postern.Server.Events.Patterns;

namespace Postern.Tests.Events;

/// <summary>Patterns and events that nobody means well with, and patterns against a second opinion.</summary>
public sealed class HostilePatternTests
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    [Fact]
    public void Wildcards_agree_with_regular_expressions()
    {
        var random = new Random(20260301);
        for (var i = 0; i < 20_000; i++)
        {
            var pattern = new string([.. Enumerable.Range(0, random.Next(8)).Select(_ => "ab*c"[random.Next(4)])]);
            while (pattern.Contains("**"))
                pattern = pattern.Replace("**", "*");
            var text = new string([.. Enumerable.Range(0, random.Next(10)).Select(_ => "abc"[random.Next(3)])]);
            var expected = Regex.IsMatch(text, $@"\A{Regex.Escape(pattern).Replace("\\*", ".*")}\z", RegexOptions.Singleline | RegexOptions.NonBacktracking);
            Assert.True(expected == new WildcardTest(pattern).Matches(text), $"{pattern} and {text}: {expected}");
        }
    }

    [Fact]
    public void An_event_matches_the_pattern_of_its_own_values()
    {
        var random = new Random(7);
        for (var i = 0; i < 500; i++)
        {
            var happened = Object(random, 3);
            var pattern = PatternOf(JsonDocument.Parse(happened).RootElement);
            Assert.True(EventPattern.Parse(pattern).Matches(JsonDocument.Parse(happened).RootElement), $"{pattern} does not match {happened}");
            // And the same with every test turned around: nothing is missing that is there.
            var absent = Regex.Replace(pattern, @"\[[^\[\]]*\]", """[{"exists":false}]""");
            Assert.False(EventPattern.Parse(absent).Matches(JsonDocument.Parse(happened).RootElement), $"{absent} matches {happened}");
        }
    }

    [Fact]
    public void Nesting_ends()
    {
        var deep = string.Concat(Enumerable.Repeat("{\"a\":", 700)) + "[1]" + new string('}', 700);
        Assert.Contains("nested", Assert.Throws<PatternSyntaxException>(() => EventPattern.Parse(deep)).Message);
    }

    [Fact]
    public void A_fault_is_shown_where_it_is()
    {
        var fault = Assert.Throws<PatternSyntaxException>(() => EventPattern.Parse("{\n  \"source\": [{\"infix\": 1}]\n}"));
        Assert.Equal(2, fault.Line);
        Assert.InRange(fault.Column, 15, 27);
        Assert.StartsWith("Event pattern is not valid. Reason: Unrecognized match type infix at [Source: (String); line: 2", fault.Message);
    }

    /// <summary>Work that grows with the product of lengths would take many minutes here.</summary>
    [Theory]
    [InlineData("wildcard")]
    [InlineData("absent")]
    [InlineData("or")]
    public async Task Bombs_cost_little(string kind)
    {
        var (pattern, happened) = kind switch
        {
            "wildcard" => ($$"""{"d":[{"wildcard":"{{string.Concat(Enumerable.Repeat("*aaaaaaaab", 400))}}"}]}""", $$"""{"d":"{{new string('a', 256 * 1024)}}"}"""),
            "absent" => ("""{"d":{"x":["no"],"a":[{"exists":false}]},"$or":[{"d":{"x":["y"]}},{"d":{"b":[{"exists":false}],"x":["z"]}}]}""",
                $$"""{"d":[{{string.Join(',', Enumerable.Repeat("""{"x":1}""", 30_000))}}]}"""),
            _ => (Ors(11), """{"a":1}"""),
        };
        var matching = Task.Run(() => EventPattern.Parse(pattern).Matches(JsonDocument.Parse(happened).RootElement), TestContext.Current.CancellationToken);
        Assert.False(await matching.WaitAsync(Deadline, TestContext.Current.CancellationToken));
    }

    [Fact]
    public void Whatever_is_given_is_a_pattern_or_is_refused()
    {
        var random = new Random(99);
        var seeds = new[] { """{"a":[{"numeric":[">",1,"<",2]}],"$or":[{"b":["x"]},{"c":{"d":[{"exists":false}]}}]}""", """{"a":[{"anything-but":{"wildcard":["a*","b*"]}},{"cidr":"10.0.0.0/8"},null,true,1.5]}""" };
        for (var i = 0; i < 20_000; i++)
        {
            var text = seeds[i % 2].ToCharArray();
            for (var change = random.Next(1, 4); change > 0; change--)
                text[random.Next(text.Length)] = "{}[]\",:*\\a1$<"[random.Next(13)];
            try
            {
                EventPattern.Parse(new string(text)).Matches(JsonDocument.Parse("{}").RootElement);
            }
            catch (PatternSyntaxException e)
            {
                Assert.NotEmpty(e.Reason);
            }
        }
    }

    // Each level doubles the alternatives of an engine that writes them all out.
    private static string Ors(int levels)
    {
        var all = new StringBuilder("{");
        for (var i = 0; i < levels; i++)
            all.Append($"\"f{i}\":{{\"$or\":[{{\"x\":[1]}},{{\"y\":[2]}},{{\"z\":[3]}}]}},");
        return all.Append("\"a\":[2]}").ToString();
    }

    private static string Object(Random random, int depth)
        => "{" + string.Join(',', Enumerable.Range(0, random.Next(1, 4)).Select(i => $"\"k{i}\":" + (depth > 0 && random.Next(3) == 0 ? Object(random, depth - 1) : Value(random)))) + "}";

    private static string Value(Random random) => random.Next(5) switch
    {
        0 => random.Next(100).ToString(System.Globalization.CultureInfo.InvariantCulture),
        1 => "true",
        2 => "null",
        3 => "[\"p\",\"q\"]",
        _ => $"\"t{random.Next(10)}\"",
    };

    private static string PatternOf(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => "{" + string.Join(',', element.EnumerateObject().Select(member => $"\"{member.Name}\":{PatternOf(member.Value)}")) + "}",
        JsonValueKind.Array => element.GetRawText(),
        _ => $"[{element.GetRawText()}]",
    };
}
