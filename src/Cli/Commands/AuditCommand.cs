using System.CommandLine;
using Postern.Cli.Output;
using Postern.Protocol.AwsJson;

namespace Postern.Cli.Commands;

/// <summary>postern audit: who did what, from where, and which statement decided.</summary>
internal static class AuditCommand
{
    private const int DefaultLimit = 50;
    private static readonly TimeSpan FollowInterval = TimeSpan.FromSeconds(2);

    public static Verb Build()
    {
        var user = new Option<string?>("--user") { Description = "Calls of this user, role session or node", HelpName = "NAME" };
        var action = new Option<string?>("--action") { Description = "Calls of this operation, StartSession or ssm:StartSession", HelpName = "ACTION" };
        var target = new Option<string?>("--target") { Description = "Calls about this node, session, document, user ...: its id, name or ARN", HelpName = "TARGET" };
        var since = new Option<string?>("--since") { Description = "From this time on: 2026-01-31, 2026-01-31T12:00:00Z, or 30m, 12h, 7d ago", HelpName = "TIME" };
        var until = new Option<string?>("--until") { Description = "Up to this time", HelpName = "TIME" };
        var denied = new Option<bool>("--denied") { Description = "Only calls that were denied" };
        var limit = new Option<int>("--limit") { Description = "The latest N entries, 0 for all", HelpName = "N", DefaultValueFactory = _ => DefaultLimit };
        var json = new Option<bool>("--json") { Description = "Print the records as CloudTrail writes them, one on a line" };
        var follow = new Option<bool>("--follow") { Description = "Go on with what is recorded from now" };
        var command = new Verb("audit", "Read the audit log: calls, denials and what happened to sessions.", """
            Examples:
              postern audit --denied --since 24h
              postern audit --user anna --target mi-0123456789abcdef0
              postern audit --action SessionEnded --since 7d --limit 0 --json | jq .additionalEventData
              postern audit --follow
              postern audit verify --data /var/lib/postern-server
              postern audit export > audit.jsonl
            """) { user, action, target, since, until, denied, limit, json, follow };
        command.Add(AuditVerifyCommand.Build());
        command.Add(AuditExportCommand.Build());
        return command.Runs(async (result, token) =>
        {
            using var gateway = GatewayConnection.Open(GatewayOptions.Of(result));
            var now = DateTimeOffset.UtcNow;
            var query = AuditQuery.Create(result.GetValue(user), result.GetValue(action), result.GetValue(target),
                AuditQuery.Time("--since", result.GetValue(since), now), AuditQuery.Time("--until", result.GetValue(until), now), result.GetValue(denied));
            var found = await query.ReadAsync(gateway.Client, result.GetValue(limit), token);
            var printer = new AuditPrinter(result.GetValue(json));
            printer.Print(found);
            return result.GetValue(follow) ? await FollowAsync(gateway, query with { Until = null, Readers = result.GetValue(action) is not null }, printer, found, now, token) : ExitCodes.Ok;
        });
    }

    private static async Task<int> FollowAsync(GatewayConnection gateway, AuditQuery query, AuditPrinter printer, IReadOnlyList<CloudTrailEvent> shown, DateTimeOffset since, CancellationToken cancellationToken)
    {
        // What has the time of the last one may come twice; its id tells.
        var seen = shown.Select(found => found.EventId).ToHashSet();
        while (true)
        {
            await Task.Delay(FollowInterval, cancellationToken);
            var page = await (query with { Since = since }).ReadAsync(gateway.Client, 0, cancellationToken);
            printer.Print([.. page.Where(found => !seen.Contains(found.EventId))]);
            seen.UnionWith(page.Select(found => found.EventId));
            if (page.LastOrDefault()?.EventTime is not { } last || last <= since)
                continue;
            since = last;
            seen.IntersectWith(page.Where(found => found.EventTime == last).Select(found => found.EventId));
        }
    }
}
