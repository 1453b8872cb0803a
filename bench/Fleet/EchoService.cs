using System.Net;
using System.Net.Sockets;

namespace Postern.Bench.Fleet;

/// <summary>The service at the simulated nodes that sessions lead to: sends back what it gets.</summary>
internal sealed class EchoService : IAsyncDisposable
{
    private const int BufferSize = 4096, Backlog = 1024;

    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _accepting;
    private int _open;

    public EchoService()
    {
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen(Backlog);
        _accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndPoint!).Port;
    public int Open => Volatile.Read(ref _open);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _accepting;
        _listener.Dispose();
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        var serving = new List<Task>();
        try
        {
            while (true)
            {
                var socket = await _listener.AcceptAsync(_stop.Token);
                if (serving.Count > 2 * Open + Backlog)
                    serving.RemoveAll(task => task.IsCompleted);
                serving.Add(ServeAsync(socket));
            }
        }
        catch (OperationCanceledException)
        {
            await Task.WhenAll(serving);
        }
    }

    private async Task ServeAsync(Socket socket)
    {
        Interlocked.Increment(ref _open);
        using var _ = socket;
        socket.NoDelay = true;
        try
        {
            var buffer = new byte[BufferSize];
            int count;
            while ((count = await socket.ReceiveAsync(buffer, _stop.Token)) > 0)
                for (var sent = 0; sent < count;)
                    sent += await socket.SendAsync(buffer.AsMemory(sent, count - sent), _stop.Token);
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException)
        {
            return; // its session has ended
        }
        finally
        {
            Interlocked.Decrement(ref _open);
        }
    }
}
