using System.Buffers.Binary;
using System.Net.Sockets;
using Postern.Protocol.Messages;
using Postern.Protocol.Smux;

namespace Postern.Agent.Sessions.Port;

/// <summary>Many connections in one session: each stream the client opens is dialled on its own, none waits for another.</summary>
internal sealed class MuxForwarding : IPortTraffic
{
    private readonly SessionContext _context;
    private readonly Destination _destination;
    private readonly FirstConnection _first;
    private readonly bool _extended;
    private readonly MuxSession _mux;
    private readonly TaskSet _connections = new();
    private readonly TaskCompletionSource<SessionOutcome> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public MuxForwarding(SessionContext context, Destination destination, FirstConnection first, bool extended)
    {
        _context = context;
        _destination = destination;
        _first = first;
        _extended = extended;
        _mux = new MuxSession(
            new MuxOptions { Role = MuxRole.Server, Extended = extended, RoundTrip = () => context.Stream.RoundTrip },
            (bytes, cancellationToken) => context.Stream.SendAsync(PayloadType.Output, bytes, cancellationToken));
    }

    public async ValueTask OnOutputAsync(ReadOnlyMemory<byte> payload, CancellationToken cancellationToken)
    {
        try
        {
            await _mux.ReceiveAsync(payload, cancellationToken);
        }
        catch (MuxProtocolException error)
        {
            _ended.TrySetResult(Broken(error));
        }
    }

    public ValueTask OnFlagAsync(PayloadFlag flag, CancellationToken cancellationToken) => ValueTask.CompletedTask;

    public async Task<SessionOutcome> RunAsync(CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var accepting = AcceptAsync(stop.Token);
        try
        {
            return await _ended.Task.WaitAsync(cancellationToken);
        }
        finally
        {
            await stop.CancelAsync();
            await _mux.DisposeAsync();
            await accepting;
            await _connections.WhenAllAsync();
        }
    }

    private async Task AcceptAsync(CancellationToken cancellationToken)
    {
        try
        {
            while (await _mux.AcceptAsync(cancellationToken) is { } stream)
                _connections.Add(ServeAsync(stream, cancellationToken));
            // May be told of the end before the one who brought the bytes that caused it.
            _ended.TrySetResult(_mux.Cause is MuxProtocolException error ? Broken(error) : SessionOutcome.Success);
        }
        catch (OperationCanceledException)
        {
            _ended.TrySetResult(SessionOutcome.Success); // nobody waits for it any more
        }
    }

    private static SessionOutcome Broken(MuxProtocolException error) => SessionOutcome.Failure($"The client broke the rules of the multiplexer: {error.Message}");

    private async Task ServeAsync(MuxStream stream, CancellationToken cancellationToken)
    {
        try
        {
            if (await DialAsync(stream, cancellationToken) is { } socket)
                await TcpBridge.RunAsync(socket, stream, cancellationToken);
        }
        catch (Exception error) when (error is OperationCanceledException or IOException or ObjectDisposedException or SocketException)
        {
            // One connection broke, or the session is over; the others and the reason of the end are not its business.
            _context.Services.Log.Info($"session {_context.SessionId}: connection {stream.Id} ended: {error.Message}");
        }
        finally
        {
            await stream.AbortAsync("The connection was closed."); // nothing where it has ended
        }
    }

    private async Task<Socket?> DialAsync(MuxStream stream, CancellationToken cancellationToken)
    {
        try
        {
            return _first.Take() ?? await _destination.DialAsync(cancellationToken);
        }
        catch (Exception error) when (error is DialException or SessionFailedException)
        {
            var reason = error is DialException ? $"Unable to connect to {_destination.Name}: {error.Message}" : error.Message;
            _context.Services.Log.Info($"session {_context.SessionId}: {reason}");
            // Stock clients learn of a refused connection by a flag, and not of which one or why.
            if (!_extended)
                await SendRefusedAsync(cancellationToken);
            await stream.AbortAsync(reason);
            return null;
        }
    }

    private ValueTask SendRefusedAsync(CancellationToken cancellationToken)
    {
        var flag = new byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32BigEndian(flag, (uint)PayloadFlag.ConnectToPortError);
        return _context.Stream.SendAsync(PayloadType.Flag, flag, cancellationToken);
    }
}
