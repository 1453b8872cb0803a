namespace Postern.Server.Gateway;

/// <summary>
/// Which stream messages of one direction were acknowledged. Stock ends send a message before they enter it in their list of
/// unacknowledged ones; on a fast link the ack comes first, finds nothing, and the message is sent again for ever, while the
/// other end (AWS's plugin) acknowledges no message twice. The relay then answers from this memory.
/// <para>All numbers below a watermark, and a bitmap above it. A number further up than the bitmap reaches is not remembered.</para>
/// <para>What did not pass cannot have been received: an end that acknowledges it, so that it would never pass (nor be recorded), is not believed. A memory that begins
/// in the middle does not know what passed before, and believes a window more.</para>
/// </summary>
internal sealed class AckMemory(bool fromStart)
{
    /// <summary>Numbers above the watermark that are remembered: more than any stock end has under way (100,000).</summary>
    public const int Window = 128 * 1024;
    private const int BitsPerWord = 64, FirstWords = 8;
    /// <summary>No session gets there, and nothing overflows on the way.</summary>
    private const long Largest = long.MaxValue - 2 * Window;
    /// <summary>Numbers remembered from before the beginning of a memory that begins in the middle: those under way at a restart.</summary>
    private const int MaxBefore = 16 * 1024;

    private readonly Lock _lock = new();
    // A ring: bit n stands at n modulo its size.
    private ulong[] _bits = new ulong[FirstWords];
    // From _first up to _next (exclusive) all are acknowledged. _first is -1 until the first number shows where this memory begins.
    private long _first = fromStart ? 0 : -1, _next;
    private long _highest = -1;
    private HashSet<long>? _before;

    /// <summary>A message is passed on to the end that acknowledges. Called before it can be acknowledged.</summary>
    public void Passing(long number)
    {
        lock (_lock)
            _highest = Math.Max(_highest, number);
    }

    public void Add(long number)
    {
        lock (_lock)
        {
            if (!IsLikely(number))
                return;
            if (_first < 0)
                _first = _next = number;
            if (number < _first && (_before ??= []).Count < MaxBefore)
                _before.Add(number);
            var distance = number - _next;
            if (distance is < 0 or >= Window)
                return;
            if (distance >= (long)_bits.Length * BitsPerWord)
                Grow(distance);
            _bits[Word(number)] |= Bit(number);
            Advance();
        }
    }

    /// <summary>This number and all before it.</summary>
    public void AddUpTo(long number)
    {
        lock (_lock)
        {
            if (number < _next || !IsLikely(number))
                return;
            _first = 0;
            if (number - _next >= (long)_bits.Length * BitsPerWord)
                Array.Clear(_bits);
            else
                for (var passed = _next; passed <= number; passed++)
                    _bits[Word(passed)] &= ~Bit(passed);
            _next = number + 1;
            Advance();
        }
    }

    public bool Contains(long number)
    {
        lock (_lock)
        {
            if (_first < 0 || number < _first)
                return _before?.Contains(number) == true;
            return number < _next || (number - _next < (long)_bits.Length * BitsPerWord && (_bits[Word(number)] & Bit(number)) != 0);
        }
    }

    /// <summary>The first number from this one on that <see cref="Contains"/> does not.</summary>
    public long FirstMissing(long number)
    {
        lock (_lock)
        {
            while (_first < 0 || number < _first)
            {
                if (_before?.Contains(number) != true)
                    return number;
                number++;
            }
            number = Math.Max(number, _next);
            while (number - _next < (long)_bits.Length * BitsPerWord && (_bits[Word(number)] & Bit(number)) != 0)
                number++;
            return number;
        }
    }

    private bool IsLikely(long number) => number is >= 0 and <= Largest && (fromStart ? number <= _highest : _highest < 0 || number - _highest <= Window);

    /// <summary>Numbers that follow without a gap join those below the watermark.</summary>
    private void Advance()
    {
        while ((_bits[Word(_next)] & Bit(_next)) != 0)
        {
            _bits[Word(_next)] &= ~Bit(_next);
            _next++;
        }
    }

    private int Word(long number) => (int)(number / BitsPerWord % _bits.Length);

    private static ulong Bit(long number) => 1UL << (int)(number % BitsPerWord);

    private void Grow(long distance)
    {
        var old = _bits;
        var words = old.Length;
        while ((long)words * BitsPerWord <= distance)
            words *= 2;
        _bits = new ulong[words];
        for (var number = _next; number < _next + (long)old.Length * BitsPerWord; number++)
            if ((old[(int)(number / BitsPerWord % old.Length)] & Bit(number)) != 0)
                _bits[Word(number)] |= Bit(number);
    }
}
