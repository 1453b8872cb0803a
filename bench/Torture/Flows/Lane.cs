using System.Buffers;

namespace Postern.Bench.Torture.Flows;

/// <summary>One direction of a stream: what one end sends is what the other must receive, each byte once and in order.</summary>
/// <param name="name">For messages.</param>
/// <param name="seed">Of its bytes.</param>
/// <param name="rate">Bytes a second to send at most; what was missed during a fault is caught up.</param>
internal sealed class Lane(string name, int seed, int rate)
{
    private const int LargestWrite = 64 * 1024, MostCaughtUp = 4 * 1024 * 1024;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(15);

    private readonly Pattern _pattern = new((ulong)seed << 40);
    private readonly Random _random = new(seed);
    private long _sent, _received;

    /// <summary>Bytes handed to the sending end's program.</summary>
    public long Sent => Volatile.Read(ref _sent);

    /// <summary>Bytes that arrived, all of them right.</summary>
    public long Received => Volatile.Read(ref _received);

    /// <summary>Sends until it is cancelled.</summary>
    public async Task SendAsync(Stream to, CancellationToken cancellationToken)
    {
        var buffer = new byte[LargestWrite];
        var (budget, last) = (0.0, TimeProvider.System.GetTimestamp());
        while (true)
        {
            var now = TimeProvider.System.GetTimestamp();
            budget = Math.Min(MostCaughtUp, budget + TimeProvider.System.GetElapsedTime(last, now).TotalSeconds * rate);
            last = now;
            if (budget < 1)
            {
                await Task.Delay(Pause, cancellationToken);
                continue;
            }
            var size = (int)Math.Min(budget, _random.Next(1, buffer.Length));
            _pattern.Fill(_sent, buffer.AsSpan(0, size));
            budget -= size;
            // Counted before: the other end may have it before this call returns.
            Interlocked.Add(ref _sent, size);
            await to.WriteAsync(buffer.AsMemory(0, size), cancellationToken);
            await to.FlushAsync(cancellationToken);
        }
    }

    /// <summary>Sends so many bytes more.</summary>
    public async Task SendAsync(Stream to, int count, CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(count);
        try
        {
            _pattern.Fill(_sent, buffer.AsSpan(0, count));
            Interlocked.Add(ref _sent, count);
            await to.WriteAsync(buffer.AsMemory(0, count), cancellationToken);
            await to.FlushAsync(cancellationToken);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>Receives and compares until so many bytes have come in all.</summary>
    /// <param name="from">The receiving end's program.</param>
    /// <param name="upTo">Bytes in all.</param>
    /// <param name="stops">Makes the reader a slow one: called before each read.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="StreamBrokenException">Another byte came than the next, or the end.</exception>
    public async Task ReceiveAsync(Stream from, long upTo, Func<ValueTask>? stops, CancellationToken cancellationToken)
    {
        byte[] buffer = new byte[LargestWrite], expected = new byte[LargestWrite];
        while (_received < upTo)
        {
            if (stops is not null)
                await stops();
            var count = await from.ReadAsync(buffer.AsMemory(0, (int)Math.Min(buffer.Length, upTo - _received)), cancellationToken);
            if (count == 0)
                throw new StreamBrokenException(Damage.Ended, $"{name}: ended after {_received} of {Sent} bytes");
            Compare(buffer.AsSpan(0, count), expected.AsSpan(0, count));
            Interlocked.Add(ref _received, count);
        }
    }

    private void Compare(ReadOnlySpan<byte> got, Span<byte> expected)
    {
        if (_received + got.Length > Sent)
            throw new StreamBrokenException(Damage.Doubled, $"{name}: {_received + got.Length} bytes arrived, {Sent} were sent");
        _pattern.Fill(_received, expected);
        var same = got.CommonPrefixLength(expected);
        if (same == got.Length)
            return;
        var at = _received + same;
        throw _pattern.Find(got[same..]) switch
        {
            { } found when found > at => new(Damage.Lost, $"{name}: at byte {at} came byte {found}: {found - at} bytes are missing"),
            { } found => new StreamBrokenException(Damage.Doubled, $"{name}: at byte {at} came byte {found} again"),
            null => new(Damage.Changed, $"{name}: byte {at} is not of this stream: {Convert.ToHexString(got.Slice(same, Math.Min(32, got.Length - same)))}"),
        };
    }
}
