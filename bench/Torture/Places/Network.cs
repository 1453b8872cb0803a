using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Postern.Bench.Torture.Places;

/// <summary>The network between one program and the gateway: passes TCP connections on until it is told to break them.</summary>
internal sealed class Network : IAsyncDisposable
{
    private readonly CancellationTokenSource _end = new();
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly ConcurrentDictionary<Link, byte> _links = new();
    private readonly int _destination;
    private readonly Task _accepting;
    private volatile TaskCompletionSource? _closed;
    private volatile bool _down;

    /// <param name="destination">The gateway's port.</param>
    public Network(int destination)
    {
        _destination = destination;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;
    public string Endpoint => $"https://127.0.0.1:{Port}";
    public IReadOnlyCollection<Link> Links => [.. _links.Keys];

    /// <summary>New connections are reset at once while it is down.</summary>
    public void SetDown(bool down) => _down = down;

    /// <summary>Nothing passes, and nothing is lost, until <see cref="Release"/>.</summary>
    public void Stall() => _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public void Release() => Interlocked.Exchange(ref _closed, null)?.TrySetResult();

    /// <summary>Completes when bytes may pass.</summary>
    public Task OpenAsync(CancellationToken cancellationToken) => _closed?.Task.WaitAsync(cancellationToken) ?? Task.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        foreach (var link in Links)
            link.Reset();
        await _accepting;
        _listener.Dispose(); // not before: the loop may be about to accept
        _end.Dispose();
    }

    private async Task AcceptAsync()
    {
        var passing = new List<Task>();
        try
        {
            while (true)
            {
                passing.Add(PassAsync(await _listener.AcceptSocketAsync(_end.Token)));
                passing.RemoveAll(task => task.IsCompleted);
            }
        }
        catch (OperationCanceledException)
        {
            await Task.WhenAll(passing);
        }
    }

    private async Task PassAsync(Socket near)
    {
        var far = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        near.NoDelay = true;
        var link = new Link(this, near, far);
        try
        {
            if (_down)
                throw new SocketException((int)SocketError.NetworkDown);
            await far.ConnectAsync(new IPEndPoint(IPAddress.Loopback, _destination), _end.Token);
            _links[link] = 0;
            await link.PassAsync(_end.Token);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException or OperationCanceledException)
        {
            link.Reset(); // the gateway is not there just now, or this network is down
        }
        finally
        {
            _links.TryRemove(link, out _);
        }
    }
}
