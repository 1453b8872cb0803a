using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Postern.Cli.Output;

namespace Postern.Cli.Commands;

internal static class SessionsCommand
{
    public static Verb Build()
    {
        var history = new Option<bool>("--history") { Description = "List ended sessions instead of live ones" };
        var target = new Option<string?>("--target") { Description = "Sessions on this node: its id or name", HelpName = "TARGET" };
        var user = new Option<string?>("--user") { Description = "Sessions of this user or role session: its name or ARN", HelpName = "NAME" };
        var status = new Option<string?>("--status") { Description = "Connected, Connecting, Disconnected, Terminating; with --history Terminated or Failed", HelpName = "STATUS" };
        var since = new Option<string?>("--since") { Description = "Started after this time: 2026-01-31, 2026-01-31T12:00:00Z, or 30m, 12h, 7d ago", HelpName = "TIME" };
        var until = new Option<string?>("--until") { Description = "Started before this time", HelpName = "TIME" };
        var json = new Option<bool>("--json") { Description = "Print a JSON array" };
        var command = new Verb("sessions", "List live sessions, or those that have ended.", """
            Examples:
              postern sessions
              postern sessions --history --user anna --since 7d
              postern sessions --history --status failed --json
              postern sessions show alice-07a16060613c408b5
            """) { history, target, user, status, since, until, json };
        command.Add(SessionShowCommand.Build());
        return command.Runs(async (result, token) =>
        {
            var now = DateTimeOffset.UtcNow;
            var (from, to) = (AuditQuery.Time("--since", result.GetValue(since), now), AuditQuery.Time("--until", result.GetValue(until), now));
            using var gateway = GatewayConnection.Open(GatewayOptions.Of(result));
            var node = result.GetValue(target) is { } name ? await TargetResolver.ResolveAsync(gateway.Client, name, token) : null;
            var query = SessionQuery.Create(result.GetValue(history), node, result.GetValue(user), result.GetValue(status), from, to);
            var sessions = await query.ReadAsync(gateway.Client, token);
            if (result.GetValue(json))
            {
                var rows = sessions.Select(s => new SessionRow(s.SessionId, s.Target, s.Status, s.DocumentName, s.Owner, s.StartDate, s.EndDate, s.Reason, s.Details)).ToArray();
                Console.Out.WriteLine(JsonSerializer.Serialize(rows, CliJsonContext.Default.SessionRowArray));
                return ExitCodes.Ok;
            }
            var table = new Table("ID", "TARGET", "STATUS", "DOCUMENT", "OWNER", "STARTED", "ENDED", "DETAILS");
            foreach (var s in sessions)
                table.Add(s.SessionId, s.Target, s.Status, s.DocumentName, s.Owner, Text(s.StartDate), Text(s.EndDate), s.Details);
            table.WriteTo(Console.Out);
            return ExitCodes.Ok;
        });
    }

    public static string? Text(DateTimeOffset? time) => time?.ToString("u", CultureInfo.InvariantCulture);
}
