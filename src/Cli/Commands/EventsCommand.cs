using System.CommandLine;
using Postern.Cli.Output;
using Postern.Protocol.AwsJson;

namespace Postern.Cli.Commands;

/// <summary>postern events: what happened, in EventBridge's envelope, as rules see it.</summary>
internal static class EventsCommand
{
    private const int DefaultLimit = 50, PageSize = 500;
    private static readonly TimeSpan FollowInterval = TimeSpan.FromSeconds(1);

    public static Verb Build()
    {
        var source = new Option<string?>("--source") { Description = "Events of this source: postern.sessions, postern.nodes, postern.recordings, postern.access, or your own", HelpName = "SOURCE" };
        var type = new Option<string?>("--type") { Description = "Events of this type, such as \"Session Ended\"", HelpName = "TYPE" };
        var session = new Option<string?>("--session") { Description = "Events of this session or node", HelpName = "ID" };
        var limit = new Option<int>("--limit") { Description = $"The latest N events, at most {PageSize}", HelpName = "N", DefaultValueFactory = _ => DefaultLimit };
        var json = new Option<bool>("--json") { Description = "Print the events as they are, one on a line" };
        var follow = new Option<bool>("--follow") { Description = "Go on with what happens from now" };
        var command = new Verb("events", "Read what happened to sessions, nodes and recordings, and whose calls were refused.", """
            Examples:
              postern events --source postern.nodes
              postern events --session alice-07a16060613c408b5
              postern events --follow --json | jq .detail
              postern events test-pattern '{"source": ["postern.sessions"]}'
              postern events dead-letters list
            Rules that send events on are made with: aws events put-rule, aws events put-targets
            """) { source, type, session, limit, json, follow };
        command.Add(EventPatternCommand.Build());
        command.Add(DeadLettersCommand.Build());
        return command.Runs(async (result, token) =>
        {
            using var gateway = GatewayConnection.Open(GatewayOptions.Of(result));
            var query = new ListEventsRequest { Source = result.GetValue(source), DetailType = result.GetValue(type), Subject = result.GetValue(session) };
            var printer = new EventPrinter(result.GetValue(json));
            var page = await gateway.Client.CallAsync(EventLogOperations.ListEvents, query with { MaxResults = Math.Clamp(result.GetValue(limit), 1, PageSize) }, token);
            printer.Print(page.Events ?? []);
            while (result.GetValue(follow))
            {
                var known = page.Position ?? 0;
                page = await gateway.Client.CallAsync(EventLogOperations.ListEvents, query with { After = known, MaxResults = PageSize }, token);
                printer.Print(page.Events ?? []);
                if (page.Events is not { Count: PageSize })
                    await Task.Delay(FollowInterval, token);
            }
            return ExitCodes.Ok;
        });
    }
}
