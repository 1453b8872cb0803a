using System.Buffers;
using Postern.Protocol.Messages;

namespace Postern.Server.Recordings;

/// <summary>What becomes of a message.</summary>
internal enum Turn
{
    /// <summary>It is the next one.</summary>
    Now,
    /// <summary>It was taken before.</summary>
    Repeated,
    /// <summary>It is kept until those before it have come.</summary>
    Kept,
    /// <summary>It is so far ahead of those missing that it cannot be kept, or differs from one that is: it must not pass. An honest sender will send it again.</summary>
    Refused,
}

/// <summary>
/// Puts the messages of one direction in order, each once: ends repeat what was not acknowledged, and what was lost with a socket comes after what was sent on
/// the next one. A number that never comes (it passed before the gateway was restarted) is given up after a while. Numbers come from those who are
/// recorded: one far ahead must not make those behind it look like repetitions, so what comes after it was given up is taken as it comes, in whatever order. Nor may
/// a number come again with another content while the first is kept: ends differ in which of the two they take.
/// After a restart the position is that of the last chunk, which may be far behind what both ends have: what a receiver acknowledged, and did not come, is passed over
/// at once (<see cref="SkipTo"/>), and nothing is kept back for it for longer than a moment.
/// What is typed on a terminal and numbered below that position may be something that never came before it, or something else than came: it is taken once more.
/// Not for several threads at once.
/// </summary>
internal sealed class MessageOrder(RecordingLimits limits, TimeProvider time) : IDisposable
{
    internal readonly record struct Early(PayloadType Type, byte[] Buffer, int Length)
    {
        public ReadOnlySpan<byte> Payload => Buffer.AsSpan(0, Length);
    }

    private SortedDictionary<long, Early>? _early;
    private int _bytes;
    private long _waitingSince;
    // What is missing here passed before the gateway was restarted; -1: nothing did.
    private long _resumedAt = -1;
    private MissingNumbers? _missing;
    // The lowest that was refused where the gateway was restarted; -1: none.
    private long _refused = -1;

    /// <summary>Number of the next message; -1: unknown, the first that comes decides.</summary>
    public long Next { get; private set; }

    /// <summary>Some have waited for long enough for one that is missing.</summary>
    public bool MustGiveUp => IsWaiting && time.GetElapsedTime(_waitingSince) >= (IsResuming ? limits.LongestGapAfterRestart : limits.LongestGap);

    public bool IsWaiting => HasEarly || HasRefused;

    /// <summary>Where the gateway was restarted, one was refused that may be taken once those before it are known to have passed.</summary>
    public bool HasRefused => _refused >= 0;

    public bool HasEarly => _early is { Count: > 0 };

    /// <summary>Nothing has come since the gateway was restarted but what is ahead of those that passed before.</summary>
    public bool IsResuming => _resumedAt >= 0 && Next == _resumedAt;

    public void StartAt(long next) => Next = next;

    /// <summary>Goes on where an earlier process left off.</summary>
    /// <param name="next">Position of its last chunk; -1: unknown.</param>
    /// <param name="again">Each number before it is taken once more.</param>
    public void ResumeAt(long next, bool again = false)
    {
        Next = _resumedAt = next;
        if (again)
            (_missing ??= new()).Add(0, next);
    }

    /// <summary>A number that an earlier process may have recorded.</summary>
    public bool IsFromBefore(long number) => number < _resumedAt;

    public Turn Take(long number, PayloadType type, ReadOnlySpan<byte> payload)
    {
        if (Next < 0)
        {
            Next = number;
            (_missing ??= new()).Add(0, number);
        }
        if (number == Next)
        {
            if (_early is { Count: > 0 } && _early.Remove(number, out var kept)) // nobody took it when it was its turn
            {
                _bytes -= kept.Length;
                Return(kept);
            }
            Advance(1);
            return Turn.Now;
        }
        if (number > Next)
            return Keep(number, type, payload);
        return _missing?.Take(number) == true ? Turn.Now : Turn.Repeated;
    }

    /// <summary>The next one of those kept. The caller gives its memory back with <see cref="Return"/>.</summary>
    public bool TryTakeEarly(out Early early)
    {
        early = default;
        if (_early is null || !_early.Remove(Next, out early))
            return false;
        _bytes -= early.Length;
        Advance(1);
        _waitingSince = time.GetTimestamp();
        return true;
    }

    /// <summary>Goes on with the first of those that wait. Returns how many are missing before it.</summary>
    public long GiveUp() => SkipTo(_refused < 0 ? FirstEarly : Math.Min(_refused, FirstEarly));

    /// <summary>Goes on with this number, or the first of those kept that is before it. Returns how many are missing before that; 0: it goes on where it is.</summary>
    public long SkipTo(long number)
    {
        var missing = Math.Max(0, Math.Min(number, FirstEarly) - Next);
        (_missing ??= new()).Add(Next, Next + missing);
        Advance(missing);
        _refused = -1;
        return missing;
    }

    private void Advance(long by)
    {
        Next += by;
        if (_refused <= Next)
            _refused = -1; // nothing is missing before it any more
    }

    private long FirstEarly => HasEarly ? _early!.Keys.First() : long.MaxValue;

    public static void Return(in Early early) => ArrayPool<byte>.Shared.Return(early.Buffer);

    public void Dispose()
    {
        foreach (var early in _early?.Values ?? Enumerable.Empty<Early>())
            Return(early);
        _early = null;
    }

    private Turn Keep(long number, PayloadType type, ReadOnlySpan<byte> payload)
    {
        _early ??= [];
        if (_early.TryGetValue(number, out var known))
            return known.Type == type && known.Payload.SequenceEqual(payload) ? Turn.Kept : Turn.Refused;
        if (number - Next > limits.MaxAhead || _early.Count >= limits.MaxEarlyMessages || _bytes + payload.Length > limits.MaxEarly)
            return Refuse(number);
        if (!IsWaiting)
            _waitingSince = time.GetTimestamp();
        var buffer = ArrayPool<byte>.Shared.Rent(Math.Max(1, payload.Length));
        payload.CopyTo(buffer);
        _early.Add(number, new Early(type, buffer, payload.Length));
        _bytes += payload.Length;
        return Turn.Kept;
    }

    // Where the gateway was restarted those before it may never come, and nothing else be kept that would be waited for.
    private Turn Refuse(long number)
    {
        if (!IsResuming)
            return Turn.Refused;
        if (!IsWaiting)
            _waitingSince = time.GetTimestamp();
        _refused = _refused < 0 ? number : Math.Min(_refused, number);
        return Turn.Refused;
    }
}
