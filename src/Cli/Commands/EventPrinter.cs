using System.Text.Json;
using Postern.Cli.Output;

namespace Postern.Cli.Commands;

/// <summary>Prints events: a table, its headings once, or as they are.</summary>
internal sealed class EventPrinter(bool json)
{
    private static readonly string[] Headings = ["TIME", "SOURCE", "TYPE", "ABOUT", "USER", "DETAIL"];

    /// <summary>Members that say what happened, the first that is there.</summary>
    private static readonly string[] About = ["sessionId", "instanceId", "eventName"], Told = ["reason", "errorCode", "target", "name"];
    private bool _began;

    public void Print(IReadOnlyList<string> events)
    {
        if (json)
        {
            foreach (var happened in events)
                Console.Out.WriteLine(happened);
        }
        else if (events.Count > 0 || !_began)
        {
            var table = new Table(Headings);
            foreach (var happened in events)
                Add(table, happened);
            table.WriteTo(Console.Out, headings: !_began);
        }
        _began = true;
        Console.Out.Flush();
    }

    private static void Add(Table table, string happened)
    {
        using var parsed = JsonDocument.Parse(happened);
        var detail = parsed.RootElement.GetProperty("detail");
        table.Add(First(parsed.RootElement, "time"), First(parsed.RootElement, "source"), First(parsed.RootElement, "detail-type"), First(detail, About), First(detail, "userName"), First(detail, Told));
    }

    private static string? First(JsonElement element, params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
            if (element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String && value.GetString() is { Length: > 0 } text)
                return text;
        return null;
    }
}
