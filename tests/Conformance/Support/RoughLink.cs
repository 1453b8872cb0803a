using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;

namespace Postern.Conformance.Support;

/// <summary>
/// A long, bad line in front of the gateway: every byte takes a while, and what is "lost" comes a round trip and a time-out later, with all
/// that was sent after it behind it. That is what TCP makes of loss; the kernel's own emulation (netem) is not everywhere.
/// </summary>
/// <param name="destination">The gateway's port.</param>
/// <param name="oneWay">Delay of each byte in each direction.</param>
/// <param name="loss">Part of the segments that are lost, 0 to 1.</param>
/// <param name="seed">Which ones.</param>
/// <param name="segment">Bytes that travel together; large ones for a line that is long and fast.</param>
internal sealed class RoughLink(int destination, TimeSpan oneWay, double loss, int seed, int segment = RoughLink.TcpSegment) : IAsyncDisposable
{
    private const int TcpSegment = 1448, MostUnderWay = 2048;
    private static readonly TimeSpan Timeout = TimeSpan.FromMilliseconds(200);

    private readonly CancellationTokenSource _end = new();
    private readonly TcpListener _listener = Listen();
    private readonly Random _random = new(seed);
    private Task _accepting = Task.CompletedTask;
    private int _lost;

    /// <summary>Segments that were sent twice.</summary>
    public int Lost => Volatile.Read(ref _lost);

    public static RoughLink Start(int destination, TimeSpan oneWay, double loss, int seed, int segment = TcpSegment)
    {
        var link = new RoughLink(destination, oneWay, loss, seed, segment);
        link._accepting = link.AcceptAsync();
        return link;
    }

    /// <summary>The same command, with this line between it and the gateway.</summary>
    public Command Between(Command command) =>
        command.With(new Dictionary<string, string?> { ["AWS_ENDPOINT_URL"] = $"https://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}" });

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _accepting;
        _listener.Dispose(); // not before: the loop may be about to accept
        _end.Dispose();
    }

    private static TcpListener Listen()
    {
        var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return listener;
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
        using var far = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        using (near)
        {
            try
            {
                await far.ConnectAsync(IPAddress.Loopback, destination, _end.Token);
                await Task.WhenAll(DelayAsync(near, far), DelayAsync(far, near));
            }
            catch (Exception e) when (e is SocketException or OperationCanceledException or ObjectDisposedException)
            {
                return; // one of its ends is gone, or the test is over
            }
        }
    }

    private async Task DelayAsync(Socket from, Socket to)
    {
        var line = Channel.CreateBounded<(long Due, byte[] Bytes)>(MostUnderWay);
        await Task.WhenAll(TakeAsync(from, line.Writer), GiveAsync(line.Reader, to));
    }

    private async Task TakeAsync(Socket from, ChannelWriter<(long Due, byte[] Bytes)> line)
    {
        var buffer = new byte[segment];
        while (await from.ReceiveAsync(buffer, _end.Token) is > 0 and var count)
        {
            var due = Stopwatch.GetTimestamp() + (long)((oneWay + Resending()).TotalSeconds * Stopwatch.Frequency);
            await line.WriteAsync((due, buffer[..count]), _end.Token);
        }
        line.Complete();
    }

    private TimeSpan Resending()
    {
        lock (_random)
        {
            if (_random.NextDouble() >= loss)
                return TimeSpan.Zero;
        }
        Interlocked.Increment(ref _lost);
        return 2 * oneWay + Timeout;
    }

    // In order: what comes behind a lost segment waits for it.
    private async Task GiveAsync(ChannelReader<(long Due, byte[] Bytes)> line, Socket to)
    {
        await foreach (var (due, bytes) in line.ReadAllAsync(_end.Token))
        {
            if (Stopwatch.GetElapsedTime(Stopwatch.GetTimestamp(), due) is { Ticks: > 0 } wait)
                await Task.Delay(wait, _end.Token);
            for (ReadOnlyMemory<byte> left = bytes; left.Length > 0;)
                left = left[await to.SendAsync(left, _end.Token)..];
        }
        to.Shutdown(SocketShutdown.Send);
    }
}
