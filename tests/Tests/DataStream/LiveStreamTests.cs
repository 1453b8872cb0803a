using System.Net;
using System.Net.Sockets;
using Postern.Protocol;
using Postern.Tests.Support;

namespace Postern.Tests.DataStream;

public sealed class LiveStreamTests : IAsyncLifetime
{
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(25);

    private readonly ManualTime _time = new();
    private readonly byte[] _buffer = new byte[16];
    private LiveStream _stream = null!;
    private Socket _peer = null!;

    public async ValueTask InitializeAsync()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(listener.LocalEndpoint);
        _peer = await listener.AcceptSocketAsync();
        _stream = new LiveStream(new NetworkStream(socket, ownsSocket: true), Silence, _time);
    }

    [Fact]
    public async Task A_read_fails_when_nothing_has_come_for_too_long()
    {
        var reading = _stream.ReadAsync(_buffer, default).AsTask();
        _time.Advance(Silence * 2);
        await Assert.ThrowsAsync<IOException>(() => reading.WaitAsync(Deadline.Time));
    }

    [Fact]
    public async Task A_peer_that_speaks_now_and_then_is_not_lost()
    {
        for (var i = 0; i < 10; i++)
        {
            var reading = _stream.ReadAsync(_buffer, default).AsTask();
            _time.Advance(Silence * 0.7);
            await _peer.SendAsync("."u8.ToArray());
            Assert.Equal(1, await reading.WaitAsync(Deadline.Time));
        }
    }

    [Fact]
    public async Task Time_in_which_nobody_reads_does_not_count()
    {
        _time.Advance(Silence * 10);
        await _peer.SendAsync("."u8.ToArray());
        Assert.Equal(1, await _stream.ReadAsync(_buffer, default).AsTask().WaitAsync(Deadline.Time));
    }

    public async ValueTask DisposeAsync()
    {
        await _stream.DisposeAsync();
        _peer.Dispose();
    }
}
