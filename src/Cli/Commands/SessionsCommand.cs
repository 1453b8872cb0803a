using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Postern.Cli.Output;
using Postern.Client;
using Postern.Protocol.AwsJson;

namespace Postern.Cli.Commands;

internal static class SessionsCommand
{
    private const int PageSize = 50;

    public static Verb Build()
    {
        var history = new Option<bool>("--history") { Description = "List ended sessions instead of live ones" };
        var json = new Option<bool>("--json") { Description = "Print a JSON array" };
        var command = new Verb("sessions", "List live sessions, or those that have ended.", """
            Examples:
              postern sessions
              postern sessions --history --json
            """) { history, json };
        return command.Runs(async (result, token) =>
        {
            using var gateway = GatewayConnection.Open(GatewayOptions.Of(result));
            var sessions = await ReadAsync(gateway.Client, result.GetValue(history) ? "History" : "Active", token);
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

    private static async Task<IReadOnlyList<Session>> ReadAsync(SessionClient client, string state, CancellationToken cancellationToken)
    {
        var sessions = new List<Session>();
        string? next = null;
        do
        {
            var page = await client.CallAsync(SsmOperations.DescribeSessions,
                new DescribeSessionsRequest { State = state, MaxResults = PageSize, NextToken = next }, cancellationToken);
            sessions.AddRange(page.Sessions ?? []);
            next = page.NextToken;
        }
        while (!string.IsNullOrEmpty(next));
        return sessions;
    }

    private static string? Text(DateTimeOffset? time) => time?.ToString("u", CultureInfo.InvariantCulture);
}
