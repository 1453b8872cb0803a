using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Postern.Cli.Output;
using Postern.Protocol.AwsJson;

namespace Postern.Cli.Commands;

/// <summary>postern recordings list: which recordings there are.</summary>
internal static class RecordingsListCommand
{
    private const int PageSize = 200;

    public static Verb Build()
    {
        var target = new Option<string?>("--target") { Description = "Recordings of sessions on this node: its id or name", HelpName = "TARGET" };
        var user = new Option<string?>("--user") { Description = "Of this user or role session: its name or ARN", HelpName = "NAME" };
        var since = new Option<string?>("--since") { Description = "Of sessions started after this time: 2026-01-31, 2026-01-31T12:00:00Z, or 30m, 12h, 7d ago", HelpName = "TIME" };
        var json = new Option<bool>("--json") { Description = "Print a JSON array" };
        var command = new Verb("list", "List recordings of sessions, the newest first.", """
            Examples:
              postern recordings list --user anna --since 7d
              postern recordings list --json | jq -r '.[] | select(.gaps > 0).sessionId'
            """) { target, user, since, json };
        return command.Runs(async (result, token) =>
        {
            var from = AuditQuery.Time("--since", result.GetValue(since), DateTimeOffset.UtcNow);
            using var gateway = GatewayConnection.Open(GatewayOptions.Of(result));
            var owner = result.GetValue(user);
            var isArn = owner?.StartsWith("arn:", StringComparison.Ordinal) == true;
            var request = new DescribeRecordingsRequest
            {
                Target = result.GetValue(target) is { } name ? await TargetResolver.ResolveAsync(gateway.Client, name, token) : null,
                Owner = isArn ? owner : null,
                StartTime = from,
                MaxResults = PageSize,
            };
            var found = new List<RecordingDescription>();
            string? next = null;
            do
            {
                var page = await gateway.Client.CallAsync(PlaybackOperations.DescribeRecordings, request with { NextToken = next }, token);
                found.AddRange((page.Recordings ?? []).Where(one => owner is null || isArn || one.Owner?.EndsWith($"/{owner}", StringComparison.Ordinal) == true));
                next = page.NextToken;
            }
            while (!string.IsNullOrEmpty(next));
            if (result.GetValue(json))
                Console.Out.WriteLine(JsonSerializer.Serialize([.. found], CliJsonContext.Default.RecordingDescriptionArray));
            else
                Print(found);
            return ExitCodes.Ok;
        });
    }

    private static string? Lasted(TimeSpan? time) => time?.ToString(time.Value.Days > 0 ? @"d\.hh\:mm\:ss" : @"hh\:mm\:ss", CultureInfo.InvariantCulture);

    private static void Print(List<RecordingDescription> found)
    {
        var table = new Table("SESSION", "TARGET", "OWNER", "KIND", "STATUS", "STARTED", "LASTED", "SIZE", "GAPS", "HELD");
        foreach (var one in found)
            table.Add(one.SessionId, one.Target, one.Owner, one.Kind, one.Status, SessionsCommand.Text(one.StartDate), Lasted(one.EndDate - one.StartDate),
                one.Bytes == 0 ? null : one.Bytes.ToString(CultureInfo.InvariantCulture), one.Gaps == 0 ? null : one.Gaps.ToString(CultureInfo.InvariantCulture), one.LegalHold);
        table.WriteTo(Console.Out);
    }
}
