using System.Net.Sockets;
using Postern.Protocol.Messages;
using Postern.Protocol.Smux;

namespace Postern.Client.Ports;

/// <summary>Every local connection is a stream of one multiplexer.</summary>
internal sealed class MuxCarrier : IPortCarrier
{
    private static readonly TimeSpan KeepAliveInterval = TimeSpan.FromSeconds(10);
    private static readonly byte[] Nop = [1, 3, 0, 0, 0, 0, 0, 0]; // version, command, length, stream

    private readonly MuxSession _mux;
    private readonly CancellationTokenSource _over = new();
    private readonly Task _keepAlive = Task.CompletedTask;
    private readonly Action<string?> _onFailed;
    private readonly Lock _lock = new();
    private readonly HashSet<MuxStream> _live = [];
    private bool _answered;

    /// <param name="session">Carries the multiplexer's bytes.</param>
    /// <param name="facts">Which multiplexer the node speaks.</param>
    /// <param name="onFailed">Told that a connection could not reach the destination, with the reason.</param>
    public MuxCarrier(ClientSession session, SessionFacts facts, Action<string?> onFailed)
    {
        _onFailed = onFailed;
        var options = new MuxOptions { Role = MuxRole.Client, Extended = facts.ExtendedMux, RoundTrip = () => session.RoundTrip };
        _mux = new MuxSession(options, (bytes, token) => session.SendAsync(PayloadType.Output, bytes, token));
        if (!facts.ExtendedMux && AgentVersions.NeedsMuxKeepAlive(facts.AgentVersion))
            _keepAlive = KeepAliveAsync(session);
    }

    public bool Answered
    {
        get
        {
            lock (_lock)
                return _answered || _live.Any(s => s.Answered);
        }
    }

    public ValueTask ReceiveAsync(ReadOnlyMemory<byte> payload, CancellationToken cancellationToken) => _mux.ReceiveAsync(payload, cancellationToken);

    public async Task ServeAsync(Socket socket, CancellationToken cancellationToken)
    {
        MuxStream? stream = null;
        try
        {
            stream = await _mux.OpenAsync(cancellationToken);
            lock (_lock)
                _live.Add(stream);
            await TcpBridge.RunAsync(socket, stream, cancellationToken);
        }
        catch (Exception e) when (e is IOException or SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // The connection broke, or the session is over; the local client sees its socket end.
        }
        finally
        {
            socket.Dispose();
        }
        if (stream is null)
            return;
        lock (_lock)
        {
            _live.Remove(stream);
            _answered |= stream.Answered;
        }
        if (stream.FailureReason is { } reason && !stream.Answered)
            _onFailed(reason);
    }

    public async ValueTask DisposeAsync()
    {
        await _over.CancelAsync();
        await _keepAlive;
        await _mux.DisposeAsync();
        _over.Dispose();
    }

    /// <summary>The session sends the multiplexer's frames whole, so that one of these never gets into another.</summary>
    private async Task KeepAliveAsync(ClientSession session)
    {
        try
        {
            using var timer = new PeriodicTimer(KeepAliveInterval);
            while (await timer.WaitForNextTickAsync(_over.Token))
                await session.SendAsync(PayloadType.Output, Nop, _over.Token);
        }
        catch (OperationCanceledException)
        {
            // The forwarding or the session is over.
        }
    }
}
