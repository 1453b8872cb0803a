using System.Globalization;
using Postern.Server.Audit;
using Postern.Server.Iam;
using Postern.Server.Settings;

namespace Postern.Server.Sessions;

/// <summary>
/// Writes what happens to sessions into the audit log: connected, disconnected, resumed, ended with the reason and the bytes each way. That one was
/// started is in the entry of its StartSession.
/// </summary>
/// <param name="record">Takes an event that nobody waits for.</param>
internal sealed class SessionJournal(Action<AuditEvent> record, ServerOptions options, TimeProvider time)
{
    private readonly Arns _arns = new(options.Region, options.Account);

    public void Changed(LiveSession session, SessionState from, SessionState to, string details)
    {
        if (NameOf(from, to) is { } name)
            Write(name, session.Row, session.Traffic, to, details);
    }

    /// <summary>A session of a gateway that is gone was ended here.</summary>
    /// <param name="row">As it is now.</param>
    /// <param name="details">Why.</param>
    public void Ended(SessionRow row, string details) => Write("SessionEnded", row, new SessionTraffic(row.BytesToNode, row.BytesToClient), row.Status, details);

    private void Write(string name, SessionRow row, SessionTraffic traffic, SessionState to, string details)
    {
        List<KeyValuePair<string, string?>> facts = [new("sessionId", row.Id), new("target", row.NodeId), new("documentName", row.DocumentName), new("sessionType", row.SessionType)];
        if (to.IsEnded())
        {
            var (toNode, toClient) = traffic;
            facts.Add(new("state", to.ToString()));
            facts.Add(new("reason", details));
            facts.Add(new("bytesToNode", Text(toNode)));
            facts.Add(new("bytesToClient", Text(toClient)));
            facts.Add(new("seconds", Text((time.GetUtcNow().ToUnixTimeMilliseconds() - row.StartedAt) / 1000)));
        }
        record(new AuditEvent
        {
            Service = "ssmmessages",
            Name = name,
            Type = AuditEvent.ServiceEvent,
            Principal = AuditPrincipal.Owner(row.OwnerArn, row.OwnerId, options.Account, row.OwnerKeyId),
            Resources = [_arns.Session(row.Id), _arns.Node(row.NodeId)[0]],
            ErrorCode = to == SessionState.Failed ? "SessionFailed" : null,
            ErrorMessage = to == SessionState.Failed ? details : null,
            Details = facts,
        });
    }

    private static string? NameOf(SessionState from, SessionState to) => (from, to) switch
    {
        (SessionState.Disconnected, SessionState.Connected) => "SessionResumed",
        (_, SessionState.Connected) => "SessionConnected",
        (_, SessionState.Disconnected) => "SessionDisconnected",
        (_, SessionState.Terminated or SessionState.Failed) => "SessionEnded",
        _ => null,
    };

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
