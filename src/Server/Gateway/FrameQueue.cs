using System.Buffers;

namespace Postern.Server.Gateway;

/// <summary>
/// Messages kept for an end that cannot take them now: acknowledgements apart, for they may pass a message that is held. Owns copies in
/// pooled memory. Not for several threads at once.
/// </summary>
internal sealed class FrameQueue(int limit)
{
    internal readonly record struct Held(FrameKind Kind, long Sequence, byte[] Buffer, int Length)
    {
        public ReadOnlyMemory<byte> Frame => Buffer.AsMemory(0, Length);
    }

    private readonly Queue<Held> _acknowledgements = new(), _stream = new();
    private readonly HashSet<long> _sequences = [];
    private int _bytes;

    public bool IsEmpty => _acknowledgements.Count == 0 && _stream.Count == 0;

    /// <summary>Whether a message of this kind would have to wait behind others.</summary>
    public bool HasBefore(FrameKind kind) => kind == FrameKind.Acknowledge ? _acknowledgements.Count > 0 : _stream.Count > 0;

    /// <summary>A stream message that waits here already: its owner has sent it again.</summary>
    public bool IsRepetition(FrameKind kind, long sequence)
        => kind is FrameKind.Stream or FrameKind.HandshakeComplete && _sequences.Contains(sequence);

    /// <summary>False when there is no room. One message always fits, and so does the last one.</summary>
    public bool TryAdd(FrameKind kind, long sequence, ReadOnlySpan<byte> frame)
    {
        if (kind != FrameKind.ChannelClosed && !IsEmpty && _bytes + frame.Length > limit)
            return false;
        var buffer = ArrayPool<byte>.Shared.Rent(frame.Length);
        frame.CopyTo(buffer);
        _bytes += frame.Length;
        if (kind is FrameKind.Stream or FrameKind.HandshakeComplete)
            _sequences.Add(sequence);
        (kind == FrameKind.Acknowledge ? _acknowledgements : _stream).Enqueue(new Held(kind, sequence, buffer, frame.Length));
        return true;
    }

    public bool TryPeek(FrameKind kind, out Held next) => (kind == FrameKind.Acknowledge ? _acknowledgements : _stream).TryPeek(out next);

    /// <summary>Takes the message that <see cref="TryPeek"/> showed, and gives its memory back.</summary>
    public void Remove(FrameKind kind)
    {
        var held = (kind == FrameKind.Acknowledge ? _acknowledgements : _stream).Dequeue();
        _bytes -= held.Length;
        ArrayPool<byte>.Shared.Return(held.Buffer);
        if (held.Kind is FrameKind.Stream or FrameKind.HandshakeComplete)
            _sequences.Remove(held.Sequence);
    }

    public void Clear()
    {
        while (_acknowledgements.Count > 0)
            Remove(FrameKind.Acknowledge);
        while (_stream.Count > 0)
            Remove(FrameKind.Stream);
    }
}
