using System.Diagnostics;
using System.Net.Sockets;

namespace Postern.Bench.Load;

/// <summary>Median-like figures of one measurement, in microseconds, and how many operations it had.</summary>
internal readonly record struct Latencies(double P50, double P99, int Count);

/// <summary>Bytes of a transfer that have gone through this end so far.</summary>
internal sealed class Progress
{
    private long _bytes;

    public long Bytes => Interlocked.Read(ref _bytes);

    public void Add(int count) => Interlocked.Add(ref _bytes, count);
}

/// <summary>The near end of all load: measures through a local port.</summary>
internal static class LoadClient
{
    private const int WarmUp = 50;

    /// <summary>Seconds until the last of the bytes had arrived at its end.</summary>
    public static Task<double> BulkAsync(int port, LoadKind kind, long bytes, CancellationToken cancellationToken) => BulkAsync(port, kind, bytes, new Progress(), cancellationToken);

    /// <inheritdoc cref="BulkAsync(int, LoadKind, long, CancellationToken)"/>
    public static async Task<double> BulkAsync(int port, LoadKind kind, long bytes, Progress progress, CancellationToken cancellationToken)
    {
        using var socket = await LoadWire.ConnectAsync(port, cancellationToken);
        var start = Stopwatch.GetTimestamp();
        await LoadWire.SendAllAsync(socket, LoadWire.Header(kind, bytes), cancellationToken);
        if (kind == LoadKind.Source)
        {
            await LoadServer.TakeAsync(socket, bytes, progress, cancellationToken);
        }
        else
        {
            await LoadServer.SendAsync(socket, bytes, progress, cancellationToken);
            await LoadWire.ReadAllAsync(socket, new byte[1], cancellationToken);
        }
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    /// <summary>One byte there and back, one after the other, for as long as given.</summary>
    public static async Task<Latencies> RoundTripsAsync(int port, TimeSpan time, CancellationToken cancellationToken)
    {
        using var socket = await LoadWire.ConnectAsync(port, cancellationToken);
        using var abort = cancellationToken.Register(socket.Dispose);
        await LoadWire.SendAllAsync(socket, LoadWire.Header(LoadKind.Echo), cancellationToken);
        return await Task.Factory.StartNew(() => RoundTrips(socket, time), cancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    /// <summary>Requests of 64 bytes, answers of 200, on several connections at once, one outstanding on each.</summary>
    public static async Task<Latencies> RequestsAsync(int port, int connections, TimeSpan time, CancellationToken cancellationToken)
    {
        var sockets = new List<Socket>();
        try
        {
            for (var i = 0; i < connections; i++)
            {
                sockets.Add(await LoadWire.ConnectAsync(port, cancellationToken));
                await LoadWire.SendAllAsync(sockets[^1], LoadWire.Header(LoadKind.Requests), cancellationToken);
            }
            // Every connection has got through once before the time begins.
            await Task.WhenAll(sockets.Select(socket => AskAsync(socket, TimeSpan.Zero, cancellationToken)));
            var samples = await Task.WhenAll(sockets.Select(socket => Task.Run(() => AskAsync(socket, time, cancellationToken), cancellationToken)));
            return Summarize([.. samples.SelectMany(sample => sample)]);
        }
        finally
        {
            sockets.ForEach(socket => socket.Dispose());
        }
    }

    private static Latencies RoundTrips(Socket socket, TimeSpan time)
    {
        var samples = new List<double>();
        var buffer = new byte[1];
        var begin = Stopwatch.GetTimestamp();
        for (var i = 0; i < WarmUp || samples.Count == 0 || Stopwatch.GetElapsedTime(begin) < time; i++)
        {
            var start = Stopwatch.GetTimestamp();
            socket.Send(buffer);
            if (socket.Receive(buffer) == 0)
                throw LoadWire.Closed();
            if (i >= WarmUp)
                samples.Add(Stopwatch.GetElapsedTime(start).TotalMicroseconds);
        }
        return Summarize(samples);
    }

    private static async Task<List<double>> AskAsync(Socket socket, TimeSpan time, CancellationToken cancellationToken)
    {
        byte[] request = new byte[LoadWire.RequestSize], answer = new byte[LoadWire.AnswerSize];
        var samples = new List<double>();
        var begin = Stopwatch.GetTimestamp();
        do
        {
            var start = Stopwatch.GetTimestamp();
            await LoadWire.SendAllAsync(socket, request, cancellationToken);
            await LoadWire.ReadAllAsync(socket, answer, cancellationToken);
            samples.Add(Stopwatch.GetElapsedTime(start).TotalMicroseconds);
        }
        while (Stopwatch.GetElapsedTime(begin) < time);
        return samples;
    }

    private static Latencies Summarize(List<double> samples)
    {
        samples.Sort();
        return new(samples[samples.Count / 2], samples[(int)(samples.Count * 0.99)], samples.Count);
    }
}
