using System.Net;
using System.Net.Sockets;

namespace Postern.Conformance.Support.Servers;

/// <summary>Answers each connection with what it sends, and ends its own side when the other side ended.</summary>
internal sealed class EchoServer : IAsyncDisposable
{
    private readonly CancellationTokenSource _end = new();
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly Task _accepting;
    private int _open;

    public EchoServer()
    {
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>Connections that have not ended.</summary>
    public int Open => Volatile.Read(ref _open);

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _accepting;
        _listener.Dispose(); // not before: the loop may be about to accept
        _end.Dispose();
    }

    private async Task AcceptAsync()
    {
        var serving = new List<Task>();
        try
        {
            while (true)
                serving.Add(ServeAsync(await _listener.AcceptSocketAsync(_end.Token)));
        }
        catch (OperationCanceledException)
        {
            await Task.WhenAll(serving);
        }
    }

    private async Task ServeAsync(Socket socket)
    {
        Interlocked.Increment(ref _open);
        try
        {
            await using var stream = new NetworkStream(socket, ownsSocket: true);
            await stream.CopyToAsync(stream, _end.Token);
        }
        catch (Exception failure) when (failure is IOException or OperationCanceledException)
        {
            // The other side was cut, as some tests want, or the test is over.
        }
        finally
        {
            Interlocked.Decrement(ref _open);
        }
    }
}
