using System.Buffers.Binary;
using System.Security.Cryptography;
using Postern.Protocol.Messages;

namespace Postern.Server.Recordings;

/// <summary>
/// What was recorded under the numbers that the node has not acknowledged. A client that sends one of them again with other content would have the node do what the
/// recording does not say: the first can have been lost on the way, and some nodes take the last of two. Once a number is acknowledged the node takes no other.
/// </summary>
internal sealed class TypedContents
{
    /// <summary>Messages without acknowledgement: more than any client sends ahead.</summary>
    public const int MaxRemembered = 16 * 1024;
    private const int FirstLook = 64;

    private readonly Dictionary<long, UInt128> _digests = [];
    private int _nextLook = FirstLook;

    /// <summary>Whether the node has acknowledged a number.</summary>
    public Func<long, bool> IsAcknowledged { get; set; } = static _ => false;

    /// <summary>False: there are too many, and the next one must not pass.</summary>
    public bool HasRoom()
    {
        if (_digests.Count < _nextLook)
            return true;
        foreach (var number in _digests.Keys)
            if (IsAcknowledged(number))
                _digests.Remove(number);
        _nextLook = Math.Clamp(_digests.Count * 2, FirstLook, MaxRemembered);
        return _digests.Count < MaxRemembered;
    }

    /// <summary>Remembers a message that is recorded, or will be.</summary>
    public void Remember(long number, PayloadType type, ReadOnlySpan<byte> payload) => _digests[number] = DigestOf(type, payload);

    /// <summary>False: it was recorded with other content.</summary>
    public bool Allows(long number, PayloadType type, ReadOnlySpan<byte> payload)
        => !_digests.TryGetValue(number, out var known) || type is PayloadType.HandshakeResponse or PayloadType.EncChallengeResponse || known == DigestOf(type, payload);

    private static UInt128 DigestOf(PayloadType type, ReadOnlySpan<byte> payload)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(payload, hash);
        return BinaryPrimitives.ReadUInt128LittleEndian(hash) ^ (uint)type;
    }
}
