using System.Globalization;
using System.Text.Json;
using Postern.Cli.Output;
using Postern.Protocol.AwsJson;

namespace Postern.Cli.Commands;

/// <summary>Prints entries of the audit log: a table, its headings once, or their records as they are.</summary>
internal sealed class AuditPrinter(bool json)
{
    private static readonly string[] Headings = ["TIME", "USER", "ACTION", "TARGET", "FROM", "RESULT", "DECIDED BY"];
    private bool _began;

    public void Print(IReadOnlyList<CloudTrailEvent> events)
    {
        if (json)
        {
            foreach (var found in events)
                Console.Out.WriteLine(found.Record);
        }
        else if (events.Count > 0 || !_began)
        {
            var table = new Table(Headings);
            foreach (var found in events)
                Add(table, found);
            table.WriteTo(Console.Out, headings: !_began);
        }
        _began = true;
        Console.Out.Flush();
    }

    private static void Add(Table table, CloudTrailEvent found)
    {
        using var parsed = JsonDocument.Parse(found.Record ?? "{}");
        var record = parsed.RootElement;
        var details = record.TryGetProperty("additionalEventData", out var data) ? data : default;
        var resources = found.Resources ?? [];
        table.Add(
            found.EventTime?.ToString("u", CultureInfo.InvariantCulture),
            found.Username,
            $"{found.EventSource?.Split('.')[0]}:{found.EventName}",
            resources.Count == 0 ? null : Short(resources[0].ResourceName) + (resources.Count > 1 ? $" +{resources.Count - 1}" : ""),
            Text(record, "sourceIPAddress"),
            Text(record, "errorCode") ?? Text(details, "reason") ?? "ok",
            Text(details, "decidedBy"));
    }

    private static string? Short(string? arn) => arn?[(arn.IndexOf('/') + 1)..];

    private static string? Text(JsonElement element, string member)
        => element.ValueKind == JsonValueKind.Object && element.TryGetProperty(member, out var value) && value.ValueKind == JsonValueKind.String && value.GetString() is { Length: > 0 } text ? text : null;
}
