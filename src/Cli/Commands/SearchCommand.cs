using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Postern.Cli.Output;
using Postern.Protocol.AwsJson;
using Postern.Protocol.Recordings.Exports;

namespace Postern.Cli.Commands;

/// <summary>postern search: finds words in what was shown in sessions, and in statements.</summary>
internal static class SearchCommand
{
    public static Verb Build()
    {
        var text = new Argument<string?>("TEXT") { Description = "Words that stand next to each other; DROP* finds words that begin so", Arity = ArgumentArity.ZeroOrOne };
        var secret = new Option<bool>("--secret") { Description = "Read TEXT from standard input, unseen, and keep it out of the audit log: a password that leaked" };
        var user = new Option<string?>("--user") { Description = "In sessions of this user or role session: its name or ARN", HelpName = "NAME" };
        var node = new Option<string?>("--node") { Description = "In sessions on this node: its id or name", HelpName = "TARGET" };
        var session = new Option<string?>("--session") { Description = "In this session", HelpName = "SESSION" };
        var kind = new Option<string?>("--kind") { Description = "In output, statement, flow, gap or note", HelpName = "KIND" };
        var since = new Option<string?>("--since") { Description = "In sessions started after this time: 2026-01-31, 2026-01-31T12:00:00Z, or 30m, 12h, 7d ago", HelpName = "TIME" };
        var until = new Option<string?>("--until") { Description = "In sessions started before this time", HelpName = "TIME" };
        var limit = new Option<int>("--limit") { Description = "At most N hits, 1 to 500", HelpName = "N", DefaultValueFactory = _ => 50 };
        var json = new Option<bool>("--json") { Description = "Print a JSON array" };
        var command = new Verb("search", "Search all recordings you may play. Each hit says how to play from there.", """
            Examples:
              postern search "DROP TABLE" --since 7d
              postern search "permission denied" --user anna --node db-1
              postern search --secret < leaked-password.txt
            """) { text, secret, user, node, session, kind, since, until, limit, json };
        return command.Runs(async (result, token) =>
        {
            var hidden = result.GetValue(secret);
            if (hidden == result.GetValue(text) is not null)
                throw new CommandException(hidden ? "With --secret, TEXT is read from standard input: arguments are seen by everybody on this machine." : "TEXT is missing: what to search for.", ExitCodes.Usage);
            var sought = result.GetValue(text) ?? Terminal.HiddenLine.Read("Search for (unseen): ") ?? throw new CommandException("There is nothing on standard input to search for.", ExitCodes.Usage);
            var now = DateTimeOffset.UtcNow;
            var (from, to) = (AuditQuery.Time("--since", result.GetValue(since), now), AuditQuery.Time("--until", result.GetValue(until), now));
            using var gateway = GatewayConnection.Open(GatewayOptions.Of(result));
            var found = await gateway.Client.CallAsync(PlaybackOperations.SearchRecordings, new SearchRecordingsRequest
            {
                Text = sought,
                TextIsSecret = hidden ? true : null,
                Owner = result.GetValue(user),
                Target = result.GetValue(node) is { } name ? await TargetResolver.ResolveAsync(gateway.Client, name, token) : null,
                SessionId = result.GetValue(session),
                Kind = result.GetValue(kind),
                StartTime = from,
                EndTime = to,
                MaxResults = result.GetValue(limit),
            }, token);
            var hits = found.Hits ?? [];
            if (result.GetValue(json))
                Console.Out.WriteLine(JsonSerializer.Serialize([.. hits], CliJsonContext.Default.SearchHitArray));
            else
                Print(hits, found.Truncated);
            foreach (var silent in found.Unreachable ?? [])
                Terminal.StandardOutput.Error.Text($"postern: the gateway {silent} did not answer; its recordings were not searched.\n");
            return hits.Count > 0 ? ExitCodes.Ok : ExitCodes.SessionFailed;
        });
    }

    private static void Print(IReadOnlyList<SearchHit> hits, bool truncated)
    {
        foreach (var session in hits.GroupBy(hit => hit.SessionId))
        {
            var first = session.First();
            Terminal.StandardOutput.Out.Text($"{session.Key}  {first.Owner}  {first.Target}  {SessionsCommand.Text(first.StartDate)}\n");
            foreach (var hit in session)
            {
                var at = TimeSpan.FromSeconds((double)hit.Offset);
                var how = hit.Kind == "output" ? string.Create(CultureInfo.InvariantCulture, $"postern replay {hit.SessionId} --from {Math.Max(0, hit.Offset - 2):0}") : HowToRead(hit);
                Terminal.StandardOutput.Out.Text($"  {(int)at.TotalHours:00}:{at:mm\\:ss}  {PlainLine.Of(hit.Text ?? "")}\n            {how}\n");
            }
        }
        if (truncated)
            Terminal.StandardOutput.Error.Text("postern: there is more. Narrow the search, or raise --limit.\n");
    }

    // Tunnels have no screen; a gap and a note may be of either.
    private static string HowToRead(SearchHit hit) => $"{hit.Kind}: postern recordings export {hit.SessionId} --format text";
}
