using System.Buffers.Binary;

namespace Postern.Bench.Torture.Flows;

/// <summary>
/// An endless stream of bytes in which every eight tell their own place: word n is a bijection of n. So a receiver knows the exact next
/// byte, and when another one comes, which it is.
/// </summary>
internal readonly struct Pattern(ulong seed)
{
    private const int WordSize = 8;
    private const ulong Odd = 0x9E3779B97F4A7C15, Inverse = 0xF1DE83E19937733D; // Odd * Inverse = 1

    /// <summary>The bytes from <paramref name="offset"/> on.</summary>
    public void Fill(long offset, Span<byte> bytes)
    {
        Span<byte> word = stackalloc byte[WordSize];
        var index = (ulong)(offset / WordSize);
        if (offset % WordSize is not 0 and var within)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(word, WordAt(index++));
            var part = word[(int)within..];
            part = part[..Math.Min(part.Length, bytes.Length)];
            part.CopyTo(bytes);
            bytes = bytes[part.Length..];
        }
        for (; bytes.Length >= WordSize; bytes = bytes[WordSize..])
            BinaryPrimitives.WriteUInt64LittleEndian(bytes, WordAt(index++));
        BinaryPrimitives.WriteUInt64LittleEndian(word, WordAt(index));
        word[..bytes.Length].CopyTo(bytes);
    }

    /// <summary>Where in the stream these bytes stand; null when they are not of it. At least 23 bytes are needed.</summary>
    public long? Find(ReadOnlySpan<byte> bytes)
    {
        for (var skip = 0; skip < WordSize && skip + 2 * WordSize <= bytes.Length; skip++)
        {
            var first = IndexOf(BinaryPrimitives.ReadUInt64LittleEndian(bytes[skip..]));
            if (IndexOf(BinaryPrimitives.ReadUInt64LittleEndian(bytes[(skip + WordSize)..])) == first + 1)
                return (long)first * WordSize - skip;
        }
        return null;
    }

    private ulong WordAt(ulong index)
    {
        var word = (index + seed) * Odd;
        return word ^ (word >> 32);
    }

    private ulong IndexOf(ulong word) => (word ^ (word >> 32)) * Inverse - seed;
}
