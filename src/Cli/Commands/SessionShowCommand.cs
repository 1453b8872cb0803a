using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Postern.Cli.Output;
using Postern.Client;
using Postern.Protocol.AwsJson;

namespace Postern.Cli.Commands;

/// <summary>postern sessions show: everything known of one session.</summary>
internal static class SessionShowCommand
{
    public static Verb Build()
    {
        var session = new Argument<string>("SESSION") { Description = "Session id, as listed by postern sessions" };
        var json = new Option<bool>("--json") { Description = "Print a JSON object" };
        var command = new Verb("show", "Show one session: who, from where, where to, how it ended, what passed, and its recording.", """
            Example:
              postern sessions show alice-07a16060613c408b5
            """) { session, json };
        return command.Runs(async (result, token) =>
        {
            using var gateway = GatewayConnection.Open(GatewayOptions.Of(result));
            var id = result.GetRequiredValue(session);
            var described = await gateway.Client.CallAsync(SessionOperations.DescribeSession, new DescribeSessionRequest { SessionId = id }, token);
            var (recording, denied) = await RecordingAsync(gateway.Client, id, token);
            var shown = Of(described, recording);
            if (result.GetValue(json))
                Console.Out.WriteLine(JsonSerializer.Serialize(shown, CliJsonContext.Default.SessionDetailsRow));
            else
                Print(shown, denied);
            return ExitCodes.Ok;
        });
    }

    /// <summary>Null: there is none, or who asks may not know.</summary>
    private static async Task<(RecordingDescription? Found, bool Denied)> RecordingAsync(SessionClient client, string id, CancellationToken cancellationToken)
    {
        try
        {
            var found = await client.CallAsync(PlaybackOperations.DescribeRecordings, new DescribeRecordingsRequest { SessionId = id }, cancellationToken);
            return (found.Recordings?.FirstOrDefault(), false);
        }
        catch (AwsErrorException e) when (e.Code == "AccessDeniedException")
        {
            return (null, true);
        }
    }

    private static SessionDetailsRow Of(DescribeSessionResponse found, RecordingDescription? recording)
    {
        var s = found.Session ?? new Session();
        return new SessionDetailsRow(s.SessionId, s.Target, s.Status, s.DocumentName, found.DocumentVersion, found.SessionType, s.Owner, found.AccessKeyId, found.SourceAddress, s.StartDate, s.EndDate,
            s.Reason, s.Details, found.RemoteHost, found.RemotePort, found.BytesToNode, found.BytesToClient, s.MaxSessionDuration, recording);
    }

    private static void Print(SessionDetailsRow row, bool denied)
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
        Add("recording", row.Recording is { } recording ? Text(recording) : denied ? "not shown: postern:DescribeRecordings is not allowed" : "none");
        foreach (var delivery in row.Recording?.Deliveries ?? [])
            Add("delivered", Text(delivery));
        Add("held", row.Recording?.LegalHold is { } hold ? $"{hold} ({row.Recording.LegalHoldBy})" : null);
        lines.WriteTo(Console.Out);

        void Add(string name, string? value)
        {
            if (value is not null)
                lines.Add(name, value);
        }
    }

    private static string Text(RecordingDescription recording) => string.Create(CultureInfo.InvariantCulture,
        $"{recording.Status}, mode {recording.Mode}, {(recording.Status == "Open" ? "being written" : $"{recording.Bytes} bytes")}{(recording.Gaps == 0 ? "" : $", {recording.Gaps} gaps")}");

    private static string Text(RecordingDelivery delivery) => delivery.DeliveredAt is { } at ? $"{Place(delivery)}, {SessionsCommand.Text(at)}"
        : string.Create(CultureInfo.InvariantCulture, $"not yet to {Place(delivery)}{(delivery.Error is null ? "" : $": {delivery.Attempts} attempts failed, {delivery.Error}")}");

    private static string Place(RecordingDelivery delivery) => delivery.Kind switch
    {
        "logs" => $"log group {delivery.Destination}",
        "service" => $"log group {delivery.Destination} of the service",
        _ => delivery.Destination ?? "",
    };
}
