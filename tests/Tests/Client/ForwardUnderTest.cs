using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using Postern.Client;
using Postern.Client.Ports;
using Postern.Protocol.Messages;
using Postern.Protocol.Smux;
using Postern.Tests.DataStream;

namespace Postern.Tests.Client;

/// <summary>A forwarding through a client session to a node in memory, whose connections are served by a function.</summary>
internal sealed class ForwardUnderTest : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly List<Task> _served = [];
    private LocalListener _listener = null!;
    private ClientSession _session = null!;
    private MuxSession _mux = null!;
    private Task _running = Task.CompletedTask, _accepting = Task.CompletedTask;

    public FakeNode Node { get; } = new();

    public static async Task<ForwardUnderTest> StartAsync(bool extended, Func<MuxStream, Task> serve, Action<DestinationFailure>? onFailed = null)
    {
        var forward = new ForwardUnderTest();
        var node = forward.Node;
        forward._mux = new MuxSession(new MuxOptions { Role = MuxRole.Server, Extended = extended }, (bytes, token) => node.Stream.SendAsync(PayloadType.Output, bytes, token));
        node.OnData = async (type, payload, token) =>
        {
            if (type != PayloadType.Output)
                return false;
            await forward._mux.ReceiveAsync(payload, token);
            return true;
        };
        forward._session = node.Open();
        var offer = extended ? new PosternOffer { MaxPayload = 64 * 1024, ExtendedMux = true } : null;
        await node.HandshakeAsync("Port", """{"portNumber":"80","type":"LocalPortForwarding"}""", offer: offer);
        var facts = await forward._session.Ready.WaitAsync(Deadline.Time);
        Assert.True(facts.Multiplexed);
        Assert.Equal(extended, facts.ExtendedMux);
        forward._listener = LocalListener.OnPort(0);
        forward._accepting = forward.AcceptAsync(serve);
        forward._running = PortForward.RunAsync(forward._session, facts, forward._listener, new PortForwardEvents { OnDestinationFailed = onFailed }, forward._stop.Token);
        return forward;
    }

    public async Task<Socket> ConnectAsync()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(IPAddress.Loopback, _listener.Port).WaitAsync(Deadline.Time);
        return socket;
    }

    public Task<SessionEnd> Ended => _session.Ended;

    /// <summary>Ends when something waits for the session's send window.</summary>
    public async Task WindowIsFullAsync()
    {
        using var limit = new CancellationTokenSource(Deadline.Time);
        while (!Volatile.Read(ref WindowAwaited(StreamOf(_session))))
            await Task.Delay(5, limit.Token); // nothing tells of it
    }

    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await _running.WaitAsync(Deadline.Time);
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        await _mux.DisposeAsync();
        await _accepting.WaitAsync(Deadline.Time);
        await Task.WhenAll(_served).WaitAsync(Deadline.Time);
        await _session.DisposeAsync();
        await Node.DisposeAsync();
        _listener.Dispose();
        _stop.Dispose();
    }

    private async Task AcceptAsync(Func<MuxStream, Task> serve)
    {
        while (await _mux.AcceptAsync(CancellationToken.None) is { } stream)
            _served.Add(ServeAsync(serve, stream));
    }

    private static async Task ServeAsync(Func<MuxStream, Task> serve, MuxStream stream)
    {
        try
        {
            await serve(stream);
        }
        catch (IOException)
        {
            // The client went away, or the test is over.
        }
    }

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_stream")]
    private static extern ref readonly Protocol.DataStream.DataStream StreamOf(ClientSession session);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_windowAwaited")]
    private static extern ref bool WindowAwaited(Protocol.DataStream.DataStream stream);
}
