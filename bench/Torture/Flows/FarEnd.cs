using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Postern.Bench.Torture.Flows;

/// <summary>The destination of all tunnels: gives each connection to the flow whose number its first eight bytes are.</summary>
internal sealed class FarEnd : IAsyncDisposable
{
    private readonly CancellationTokenSource _end = new();
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly ConcurrentDictionary<long, TaskCompletionSource<NetworkStream>> _expected = new();
    private readonly Task _accepting;

    public FarEnd()
    {
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>The connection of a flow, when it has come.</summary>
    public Task<NetworkStream> AcceptAsync(long flow, CancellationToken cancellationToken) => Of(flow).Task.WaitAsync(cancellationToken);

    /// <summary>No connection of this flow will come any more.</summary>
    public void Forget(long flow) => _expected.TryRemove(flow, out _);

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _accepting;
        _listener.Dispose(); // not before: the loop may be about to accept
        foreach (var expected in _expected.Values)
            if (expected.Task.IsCompletedSuccessfully)
                (await expected.Task).Dispose();
        _end.Dispose();
    }

    private TaskCompletionSource<NetworkStream> Of(long flow) => _expected.GetOrAdd(flow, _ => new(TaskCreationOptions.RunContinuationsAsynchronously));

    private async Task AcceptAsync()
    {
        var greeting = new List<Task>();
        try
        {
            while (true)
            {
                greeting.Add(GreetAsync(await _listener.AcceptSocketAsync(_end.Token)));
                greeting.RemoveAll(task => task.IsCompleted);
            }
        }
        catch (OperationCanceledException)
        {
            await Task.WhenAll(greeting);
        }
    }

    private async Task GreetAsync(Socket socket)
    {
        socket.NoDelay = true;
        var stream = new NetworkStream(socket, ownsSocket: true);
        var header = new byte[sizeof(long)];
        try
        {
            await stream.ReadExactlyAsync(header, _end.Token);
        }
        catch (Exception e) when (e is IOException or OperationCanceledException)
        {
            await stream.DisposeAsync();
            return; // its person's end is gone, and says so
        }
        // A second connection of the same flow would be a doubled one: the flow's own check fails on it, because nobody answers it.
        Of(BitConverter.ToInt64(header)).TrySetResult(stream);
    }
}
