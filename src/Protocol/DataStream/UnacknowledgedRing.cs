using System.Diagnostics;

namespace Postern.Protocol.DataStream;

/// <summary>A message on its way: the frame and what resending needs to know.</summary>
internal struct OutgoingMessage
{
    /// <summary>Whether it still is on its way: acknowledged messages leave empty slots.</summary>
    public bool Present;
    public Piece Frame;
    /// <summary>Time stamp; counts only if the present socket carried the message.</summary>
    public long LastSent;
    /// <summary>The round of resending it was last part of; 0: none on this socket.</summary>
    public int Round;
}

/// <summary>
/// Messages not yet acknowledged, found by sequence number. Bounded by its user: <see cref="Bytes"/> and <see cref="Span"/> say how full it is.
/// The caller holds the lock.
/// </summary>
internal sealed class UnacknowledgedRing
{
    /// <summary>Sequence numbers between the oldest and the newest message, so that a peer that acknowledges all but one cannot make the ring grow.</summary>
    public const int MaxSpan = 64 * 1024;

    private OutgoingMessage[] _slots = new OutgoingMessage[16];

    /// <summary>The first sequence number not acknowledged; equals <see cref="Next"/> when there is none.</summary>
    public long Oldest { get; private set; }
    public long Next { get; private set; }
    public int Count { get; private set; }
    public int Bytes { get; private set; }
    public long Span => Next - Oldest;

    /// <summary>The slot of a sequence number from <see cref="Oldest"/> up to <see cref="Next"/>; valid until the next <see cref="Add"/>.</summary>
    public ref OutgoingMessage this[long sequence]
    {
        get
        {
            Debug.Assert(Contains(sequence), "The caller asks for what the ring holds.");
            return ref _slots[sequence & (_slots.Length - 1)];
        }
    }

    public bool Contains(long sequence) => sequence >= Oldest && sequence < Next;

    public void Add(in Piece frame)
    {
        if (Span == _slots.Length)
            Grow();
        _slots[Next & (_slots.Length - 1)] = new OutgoingMessage { Present = true, Frame = frame };
        Next++;
        Count++;
        Bytes += frame.Length;
    }

    /// <summary>Takes an acknowledged message out; false when it was not there (any more).</summary>
    public bool TryRemove(long sequence, out OutgoingMessage message)
    {
        message = default;
        if (!Contains(sequence))
            return false;
        ref var slot = ref this[sequence];
        if (!slot.Present)
            return false;
        message = slot;
        slot = default;
        Count--;
        Bytes -= message.Frame.Length;
        while (Oldest < Next && !this[Oldest].Present)
            Oldest++;
        return true;
    }

    private void Grow()
    {
        var larger = new OutgoingMessage[_slots.Length * 2];
        for (var sequence = Oldest; sequence < Next; sequence++)
            larger[sequence & (larger.Length - 1)] = this[sequence];
        _slots = larger;
    }
}
