using Postern.Protocol.Messages;

namespace Postern.Agent.Sessions;

/// <summary>What a session does once it is asked for: a shell, a command, connections to a port.</summary>
internal interface ISessionKind
{
    /// <summary>Input of the person, in order; calls never overlap. The memory is valid until the task ends.</summary>
    ValueTask OnInputAsync(PayloadType type, ReadOnlyMemory<byte> payload, CancellationToken cancellationToken);

    /// <summary>
    /// Runs the session to its end and leaves nothing behind. Throws <see cref="SessionFailedException"/> when it cannot go on, and
    /// <see cref="OperationCanceledException"/> when it was told to stop.
    /// </summary>
    Task<SessionOutcome> RunAsync(CancellationToken cancellationToken);
}
