using System.Text.Json.Nodes;
using Postern.Conformance.Support;
using Postern.Conformance.Support.Persons;

namespace Postern.Conformance.Databases;

/// <summary>The recording of a session as JSON lines.</summary>
internal static class RecordedEvents
{
    /// <summary>What is on record, once the last expected is among it: chunks are written about once a second.</summary>
    public static async Task<List<JsonNode>> UntilAsync(Gateway gateway, string session, string what, Func<List<JsonNode>, bool> complete)
    {
        List<JsonNode> lines = [];
        await Deadline.UntilAsync(what, async () =>
        {
            var exported = await Child.RunAsync(PosternPerson.Postern(gateway, "recordings", "export", session, "--format", "jsonl"));
            lines = [.. exported.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonNode.Parse(line)!)];
            return complete(lines);
        });
        return lines;
    }

    public static List<JsonNode> Of(List<JsonNode> lines, string kind) => [.. lines.Where(line => (string?)line["kind"] == kind).Select(line => line["data"]!)];
}
