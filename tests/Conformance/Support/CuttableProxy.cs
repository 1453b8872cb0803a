using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Postern.Conformance.Support;

/// <summary>Passes TCP connections on until it is told to cut them: the network between a client and the gateway.</summary>
internal sealed class CuttableProxy : IAsyncDisposable
{
    private readonly CancellationTokenSource _end = new();
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly ConcurrentDictionary<Socket, byte> _sockets = new();
    private readonly int _destination;
    private readonly Task _accepting;

    public CuttableProxy(int destination)
    {
        _destination = destination;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public string Endpoint => $"https://127.0.0.1:{Port}";

    public int Connections => _sockets.Count / 2;

    /// <summary>Resets every connection there is; new ones pass.</summary>
    public void Cut()
    {
        foreach (var socket in _sockets.Keys)
            socket.Close(timeout: 0);
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        _listener.Dispose();
        Cut();
        await _accepting;
        _end.Dispose();
    }

    private async Task AcceptAsync()
    {
        var passing = new List<Task>();
        try
        {
            while (true)
                passing.Add(PassAsync(await _listener.AcceptSocketAsync(_end.Token)));
        }
        catch (OperationCanceledException)
        {
            await Task.WhenAll(passing);
        }
    }

    private async Task PassAsync(Socket near)
    {
        using var far = new Socket(SocketType.Stream, ProtocolType.Tcp);
        _sockets[near] = _sockets[far] = 0;
        try
        {
            await far.ConnectAsync(IPAddress.Loopback, _destination, _end.Token);
            await using var nearStream = new NetworkStream(near);
            await using var farStream = new NetworkStream(far);
            await Task.WhenAny(nearStream.CopyToAsync(farStream, _end.Token), farStream.CopyToAsync(nearStream, _end.Token));
        }
        catch (Exception failure) when (failure is IOException or SocketException or ObjectDisposedException or OperationCanceledException)
        {
            // Cut, as it was told to be.
        }
        finally
        {
            _sockets.TryRemove(near, out _);
            _sockets.TryRemove(far, out _);
            near.Dispose();
        }
    }
}
