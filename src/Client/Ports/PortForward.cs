using System.Buffers.Binary;
using System.Net.Sockets;
using Postern.Protocol.Messages;

namespace Postern.Client.Ports;

/// <summary>The node could not reach the destination for one connection.</summary>
/// <param name="Reason">Why, when the node says so.</param>
/// <param name="Before">No connection of this forwarding has had an answer yet.</param>
public readonly record struct DestinationFailure(string? Reason, bool Before);

/// <summary>Told what happens to the connections of a forwarding. Called from any thread; must return quickly and not throw.</summary>
public sealed record PortForwardEvents
{
    /// <summary>A local connection was accepted.</summary>
    public Action? OnAccepted { get; init; }
    public Action<DestinationFailure>? OnDestinationFailed { get; init; }
}

/// <summary>Serves the connections of a local listener through a port session until the session ends.</summary>
public static class PortForward
{
    /// <summary>What has arrived already may still be written to local clients for this long after the session's end.</summary>
    private static readonly TimeSpan DrainLimit = TimeSpan.FromMilliseconds(250);
    /// <summary>Connections that are told to stop do so at once, but for those that wait for the network. They are not waited for longer than this.</summary>
    private static readonly TimeSpan StopLimit = TimeSpan.FromMilliseconds(250);

    /// <param name="session">Ready, of kind <see cref="SessionKind.PortForwarding"/>.</param>
    /// <param name="facts">What <see cref="ClientSession.Ready"/> told.</param>
    /// <param name="listener">The caller's; stays open.</param>
    /// <param name="events">Reports.</param>
    /// <param name="cancellationToken">Stops serving; the session stays the caller's to end, but is ended here when a connection waits for a network that takes nothing.</param>
    public static async Task RunAsync(ClientSession session, SessionFacts facts, LocalListener listener, PortForwardEvents events, CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var connections = new ConnectionSet();
        await using var carrier = Carrier(session, facts, events);
        session.Attach((type, payload, token) =>
        {
            if (type == PayloadType.Output)
                return carrier.ReceiveAsync(payload, token);
            if (type == PayloadType.Flag && IsConnectError(payload.Span))
                events.OnDestinationFailed?.Invoke(new DestinationFailure(null, !carrier.Answered));
            return ValueTask.CompletedTask;
        });
        var accepting = listener.RunAsync(Serve, stop.Token);
        await Task.WhenAny(session.Ended, accepting);
        if (session.Ended.IsCompleted)
            await Task.WhenAny(connections.WhenAllAsync(), Task.Delay(DrainLimit, cancellationToken));
        await stop.CancelAsync();
        await accepting;
        var ending = connections.WhenAllAsync();
        // What waits for the network, in the session's window or in its socket, waits for nothing but the end of the session.
        if (await Task.WhenAny(ending, Task.Delay(StopLimit, CancellationToken.None)) != ending)
            await session.TerminateAsync();
        await ending;

        void Serve(Socket socket)
        {
            events.OnAccepted?.Invoke();
            connections.Start(() => carrier.ServeAsync(socket, stop.Token));
        }
    }

    private static IPortCarrier Carrier(ClientSession session, SessionFacts facts, PortForwardEvents events)
    {
        if (!facts.Multiplexed)
            return new BasicCarrier(session);
        MuxCarrier? carrier = null;
        carrier = new MuxCarrier(session, facts,
            reason => events.OnDestinationFailed?.Invoke(new DestinationFailure(reason, !carrier!.Answered)));
        return carrier;
    }

    private static bool IsConnectError(ReadOnlySpan<byte> payload)
        => payload.Length == sizeof(uint) && BinaryPrimitives.ReadUInt32BigEndian(payload) == (uint)PayloadFlag.ConnectToPortError;
}
