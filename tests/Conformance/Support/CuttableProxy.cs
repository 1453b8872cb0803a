using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Postern.Conformance.Support;

/// <summary>Passes TCP connections on until it is told to cut them: the network between a client and the gateway.</summary>
internal sealed class CuttableProxy : IAsyncDisposable
{
    private static readonly TimeSpan Silence = TimeSpan.FromMilliseconds(700);

    private readonly CancellationTokenSource _end = new();
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly ConcurrentDictionary<Socket, byte> _sockets = new();
    private readonly int _destination;
    private readonly Task _accepting;
    private int _accepted;
    private long _passed;

    public CuttableProxy(int destination)
    {
        _destination = destination;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>The same command, with this network between it and the gateway.</summary>
    public Command Between(Command command, Gateway gateway) =>
        (command with { Arguments = [.. command.Arguments.Select(argument => argument == gateway.Endpoint ? Endpoint : argument)] })
            .With(new Dictionary<string, string?> { ["AWS_ENDPOINT_URL"] = Endpoint });

    public string Endpoint => $"https://127.0.0.1:{Port}";

    public int Connections => _sockets.Count / 2;

    /// <summary>Connections made since the last cut.</summary>
    public int SinceCut => Volatile.Read(ref _accepted);

    /// <summary>Resets every connection there is; new ones pass.</summary>
    public void Cut()
    {
        Volatile.Write(ref _accepted, 0);
        foreach (var socket in _sockets.Keys)
            socket.Close(timeout: 0);
    }

    /// <summary>Waits until nothing passed for a while: both ends have said what they had to say.</summary>
    public async Task QuietAsync()
    {
        var (passed, since) = (-1L, Stopwatch.StartNew());
        await Deadline.UntilAsync("silence between the client and the gateway", () =>
        {
            if (Interlocked.Read(ref _passed) is var now && now != passed)
            {
                passed = now;
                since.Restart();
            }
            return since.Elapsed > Silence;
        });
    }

    public async ValueTask DisposeAsync()
    {
        if (_end.IsCancellationRequested)
            return;
        await _end.CancelAsync();
        Cut();
        await _accepting;
        _listener.Dispose(); // not before: the loop may be about to accept
    }

    private async Task AcceptAsync()
    {
        var passing = new List<Task>();
        try
        {
            while (true)
            {
                passing.Add(PassAsync(await _listener.AcceptSocketAsync(_end.Token)));
                Interlocked.Increment(ref _accepted);
            }
        }
        catch (OperationCanceledException)
        {
            await Task.WhenAll(passing);
        }
    }

    private async Task CopyAsync(NetworkStream from, NetworkStream to)
    {
        var buffer = new byte[64 * 1024];
        while (await from.ReadAsync(buffer, _end.Token) is > 0 and var read)
        {
            Interlocked.Add(ref _passed, read);
            await to.WriteAsync(buffer.AsMemory(0, read), _end.Token);
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
            await Task.WhenAny(CopyAsync(nearStream, farStream), CopyAsync(farStream, nearStream));
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
