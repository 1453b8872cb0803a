using System.Buffers;
using Postern.Protocol.Recordings;

namespace Postern.Server.Recordings;

/// <summary>Events of one chunk before it is sealed, in pooled memory that grows with them: most sessions type a few bytes between two flushes.</summary>
internal sealed class ChunkBuffer(long time)
{
    private const int FirstSize = 4 * 1024;

    private byte[] _bytes = ArrayPool<byte>.Shared.Rent(FirstSize);
    private long _last = time;

    /// <summary>From which its events count, microseconds since the start.</summary>
    public long Time { get; } = time;
    public int Length { get; private set; }
    public int Count { get; private set; }
    public ReadOnlySpan<byte> Events => _bytes.AsSpan(0, Length);

    /// <summary>The totals of the recording, this chunk included; set when it is closed.</summary>
    public RecordingTotals Totals { get; set; }
    /// <summary>The numbers of the messages that come after it.</summary>
    public long NextInput { get; set; }
    /// <inheritdoc cref="NextInput"/>
    public long NextOutput { get; set; }

    public void Append(RecordingEventKind kind, long at, ReadOnlySpan<byte> body)
    {
        var needed = Length + body.Length + EventCodec.MaxOverhead;
        if (needed > _bytes.Length)
            Grow(needed);
        Length += EventCodec.Write(_bytes.AsSpan(Length), kind, at - _last, body);
        _last = at;
        Count++;
    }

    /// <summary>Not used afterwards.</summary>
    public void Return()
    {
        ArrayPool<byte>.Shared.Return(_bytes);
        _bytes = [];
        Length = 0;
    }

    private void Grow(int needed)
    {
        var larger = ArrayPool<byte>.Shared.Rent(Math.Max(needed, Math.Min(4 * _bytes.Length, 2 * needed)));
        Events.CopyTo(larger);
        ArrayPool<byte>.Shared.Return(_bytes);
        _bytes = larger;
    }
}

/// <summary>What a recording holds.</summary>
/// <param name="InputBytes">Towards the node.</param>
/// <param name="OutputBytes">Towards the client.</param>
/// <param name="Flows">Events of kind Flow.</param>
internal readonly record struct RecordingTotals(long Events, long InputBytes, long OutputBytes, long Gaps, long Flows)
{
    /// <summary>One event more.</summary>
    public RecordingTotals With(RecordingEventKind kind, int length) => new(
        Events + 1,
        InputBytes + (kind == RecordingEventKind.Input ? length : 0),
        OutputBytes + (kind == RecordingEventKind.Output ? length : 0),
        Gaps + (kind == RecordingEventKind.Gap ? 1 : 0),
        Flows + (kind == RecordingEventKind.Flow ? 1 : 0));
}
