using System.CommandLine;
using System.Text.Json;
using Postern.Cli.Output;
using Postern.Protocol.AwsJson;

namespace Postern.Cli.Commands;

/// <summary>postern events test-pattern: which of the events there are a pattern matches, before it is put into a rule.</summary>
internal static class EventPatternCommand
{
    private const int Latest = 100;

    public static Verb Build()
    {
        var pattern = new Argument<string>("PATTERN") { Description = "The pattern, JSON, or @FILE" };
        var happened = new Option<string?>("--event") { Description = "One event, JSON, or @FILE, instead of the latest that happened", HelpName = "EVENT" };
        var json = new Option<bool>("--json") { Description = "Print the events that match as they are, one on a line" };
        return new Verb("test-pattern", $"Try an event pattern on the latest {Latest} events, or on one of your own. Exit code 1: nothing matches.", """
            Examples:
              postern events test-pattern '{"source": ["postern.sessions"], "detail": {"seconds": [{"numeric": [">", 3600]}]}}'
              postern events test-pattern @pattern.json --event @event.json
            """) { pattern, happened, json }.Runs(async (result, token) =>
        {
            using var gateway = GatewayConnection.Open(GatewayOptions.Of(result));
            var text = await ReadAsync(result.GetValue(pattern)!, token);
            IReadOnlyList<string> events = result.GetValue(happened) is { } one ? [await ReadAsync(one, token)]
                : (await gateway.Client.CallAsync(EventLogOperations.ListEvents, new ListEventsRequest { MaxResults = Latest }, token)).Events ?? [];
            if (events.Count == 0)
                await gateway.Client.CallAsync(EventBridgeOperations.TestEventPattern, new TestEventPatternRequest { EventPattern = text, Event = "{}" }, token); // refused, with the pattern's fault if it has one
            var matching = new List<string>();
            foreach (var candidate in events)
                if ((await gateway.Client.CallAsync(EventBridgeOperations.TestEventPattern, new TestEventPatternRequest { EventPattern = text, Event = candidate }, token)).Result)
                    matching.Add(OneLine(candidate));
            new EventPrinter(result.GetValue(json)).Print(matching);
            StandardError($"{matching.Count} of {events.Count} events match.");
            return matching.Count > 0 ? ExitCodes.Ok : ExitCodes.SessionFailed;
        });
    }

    private static void StandardError(string line) => Console.Error.WriteLine(line);

    private static string OneLine(string text)
    {
        using var parsed = JsonDocument.Parse(text);
        return parsed.RootElement.GetRawText().ReplaceLineEndings(" ");
    }

    private static async Task<string> ReadAsync(string text, CancellationToken cancellationToken)
    {
        if (!text.StartsWith('@'))
            return text;
        try
        {
            return await File.ReadAllTextAsync(text[1..], cancellationToken);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CommandException($"{text[1..]} cannot be read: {e.Message}", ExitCodes.Usage);
        }
    }
}
