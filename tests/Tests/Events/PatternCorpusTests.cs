using System.Text.Json;
using Postern.Server.Events.Patterns;

namespace Postern.Tests.Events;

/// <summary>The cases of vectors/events.</summary>
public sealed class PatternCorpusTests
{
    public static TheoryData<string, string> Cases()
    {
        var data = new TheoryData<string, string>();
        foreach (var file in Directory.GetFiles(Path.Combine(AppContext.BaseDirectory, "vectors", "events"), "*.json").Order(StringComparer.Ordinal))
            foreach (var one in JsonDocument.Parse(File.ReadAllText(file)).RootElement.GetProperty("cases").EnumerateArray())
                data.Add(Path.GetFileName(file), one.GetProperty("name").GetString()!);
        return data;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_pattern_means_what_its_documentation_says(string file, string name)
    {
        var root = JsonDocument.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "vectors", "events", file))).RootElement;
        var one = root.GetProperty("cases").EnumerateArray().Single(entry => entry.GetProperty("name").GetString() == name);
        var given = one.GetProperty("pattern");
        var text = given.ValueKind == JsonValueKind.String ? given.GetString()! : given.GetRawText();
        if (one.TryGetProperty("refused", out var reason))
            Assert.Equal(reason.GetString(), Assert.Throws<PatternSyntaxException>(() => EventPattern.Parse(text)).Reason);
        else
            Assert.Equal(one.GetProperty("matches").GetBoolean(), EventPattern.Parse(text).Matches(one.TryGetProperty("event", out var own) ? own : root.GetProperty("event")));
    }
}
