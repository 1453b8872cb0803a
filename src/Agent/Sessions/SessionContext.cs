using Postern.Agent.Host;
using Postern.Agent.Pty;
using Postern.Agent.Sessions.Documents;
using Postern.Agent.Sessions.Shell;
using Postern.Protocol.DataStream;

namespace Postern.Agent.Sessions;

/// <summary>What every session of this node shares.</summary>
internal sealed record SessionServices
{
    public required string NodeId { get; init; }
    public required Poller Poller { get; init; }
    public required SessionUsers Users { get; init; }
    public required TimeProvider Time { get; init; }
    public required AgentLog Log { get; init; }
}

/// <summary>One session, as its kind sees it.</summary>
internal sealed record SessionContext
{
    public required SessionServices Services { get; init; }
    public required string SessionId { get; init; }
    public required SessionDocument Document { get; init; }
    public required string RunAsUser { get; init; }
    public required DataStream Stream { get; init; }
    public required SessionHandshake Handshake { get; init; }
}
