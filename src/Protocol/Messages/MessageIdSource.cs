using System.Buffers.Binary;

namespace Postern.Protocol.Messages;

/// <summary>
/// Message ids of one stream: a random UUID (version 4) and its successors. They need to be unique and are no secret, so that a system
/// call for each would be wasted. Safe to use from any thread.
/// </summary>
internal sealed class MessageIdSource
{
    /// <summary>Odd, so that it takes 2^62 steps to come back; large, so that ids of one stream do not look alike.</summary>
    private const ulong Step = 0x9E3779B97F4A7C15;
    private const ulong VariantBits = 0xC000000000000000, Variant = 0x8000000000000000;

    private readonly ulong _high;
    private ulong _low;

    public MessageIdSource()
    {
        Span<byte> bytes = stackalloc byte[MessageIds.Size];
        Guid.NewGuid().TryWriteBytes(bytes, bigEndian: true, out _);
        _high = BinaryPrimitives.ReadUInt64BigEndian(bytes);
        _low = BinaryPrimitives.ReadUInt64BigEndian(bytes[sizeof(ulong)..]);
    }

    public Guid Next()
    {
        var low = Interlocked.Add(ref _low, Step);
        Span<byte> bytes = stackalloc byte[MessageIds.Size];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, _high);
        BinaryPrimitives.WriteUInt64BigEndian(bytes[sizeof(ulong)..], (low & ~VariantBits) | Variant);
        return new Guid(bytes, bigEndian: true);
    }
}
