using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Postern.Cli.Output;
using Postern.Protocol.AwsJson;

namespace Postern.Cli.Commands;

/// <summary>postern sessions show: everything known of one session.</summary>
internal static class SessionShowCommand
{
    public static Verb Build()
    {
        var session = new Argument<string>("SESSION") { Description = "Session id, as listed by postern sessions" };
        var json = new Option<bool>("--json") { Description = "Print a JSON object" };
        var command = new Verb("show", "Show one session: who, from where, where to, how it ended, what passed.", """
            Example:
              postern sessions show alice-07a16060613c408b5
            """) { session, json };
        return command.Runs(async (result, token) =>
        {
            using var gateway = GatewayConnection.Open(GatewayOptions.Of(result));
            var shown = Of(await gateway.Client.CallAsync(SessionOperations.DescribeSession, new DescribeSessionRequest { SessionId = result.GetRequiredValue(session) }, token));
            if (result.GetValue(json))
                Console.Out.WriteLine(JsonSerializer.Serialize(shown, CliJsonContext.Default.SessionDetailsRow));
            else
                Print(shown);
            return ExitCodes.Ok;
        });
    }

    private static SessionDetailsRow Of(DescribeSessionResponse found)
    {
        var s = found.Session ?? new Session();
        return new SessionDetailsRow(s.SessionId, s.Target, s.Status, s.DocumentName, found.DocumentVersion, found.SessionType, s.Owner, found.AccessKeyId, found.SourceAddress, s.StartDate, s.EndDate,
            s.Reason, s.Details, found.RemoteHost, found.RemotePort, found.BytesToNode, found.BytesToClient, s.MaxSessionDuration);
    }

    private static void Print(SessionDetailsRow row)
    {
        var lines = new Table("SESSION", row.Id ?? "");
        Add("status", row.Status);
        Add("owner", row.Owner);
        Add("access key", row.AccessKeyId);
        Add("from", row.SourceAddress);
        Add("target", row.Target);
        Add("leads to", row.RemoteHost is null ? null : string.Create(CultureInfo.InvariantCulture, $"{row.RemoteHost}:{row.RemotePort}"));
        Add("document", row.DocumentVersion is null ? row.Document : $"{row.Document}, version {row.DocumentVersion}");
        Add("type", row.Type);
        Add("reason", row.Reason);
        Add("started", SessionsCommand.Text(row.Started));
        Add("ended", SessionsCommand.Text(row.Ended));
        Add("how it ended", row.Details);
        Add("longest", row.MaxMinutes is null ? null : $"{row.MaxMinutes} minutes");
        Add("bytes to node", row.BytesToNode.ToString(CultureInfo.InvariantCulture));
        Add("bytes to client", row.BytesToClient.ToString(CultureInfo.InvariantCulture));
        lines.WriteTo(Console.Out);

        void Add(string name, string? value)
        {
            if (value is not null)
                lines.Add(name, value);
        }
    }
}
