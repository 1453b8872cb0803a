using Postern.Protocol.Messages;

namespace Postern.Agent.Sessions.Port;

/// <summary>What carries the connections of a port session once the handshake has said how.</summary>
internal interface IPortTraffic
{
    ValueTask OnOutputAsync(ReadOnlyMemory<byte> payload, CancellationToken cancellationToken);

    ValueTask OnFlagAsync(PayloadFlag flag, CancellationToken cancellationToken);

    Task<SessionOutcome> RunAsync(CancellationToken cancellationToken);
}
