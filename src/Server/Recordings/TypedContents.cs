using Postern.Protocol.Messages;

namespace Postern.Server.Recordings;

/// <summary>
/// What was recorded under the numbers that the node has not acknowledged. A client that sends one of them again with other content would have the node do what the
/// recording does not say: the first can have been lost on the way, and some nodes take the last of two. Once a number is acknowledged the node takes no other.
/// </summary>
internal sealed class TypedContents
{
    /// <summary>
    /// How far a message may be ahead of one that is not acknowledged: more than any client has under way. Half a megabyte of memory then.
    /// </summary>
    public const int MaxRemembered = 32 * 1024;
    private const int FirstRemembered = 64;

    private readonly record struct Content(long Number, ulong Digest);

    // A ring: a number stands at its remainder. Zero is no digest: nothing stands there.
    private Content[] _contents = new Content[FirstRemembered];

    /// <summary>Whether the node has acknowledged a number.</summary>
    public Func<long, bool> IsAcknowledged { get; set; } = static _ => false;

    /// <summary>False: one that is not acknowledged is in its place, and it must not pass.</summary>
    public bool HasRoom(long number)
    {
        while (IsTaken(number))
        {
            if (_contents.Length == MaxRemembered)
                return false;
            Grow();
        }
        return true;
    }

    /// <summary>Remembers a message that is recorded, or will be. There <see cref="HasRoom"/>.</summary>
    public void Remember(long number, ulong digest) => _contents[PlaceOf(number)] = new Content(number, digest);

    /// <summary>False: it was recorded with other content.</summary>
    public bool Allows(long number, ulong digest)
    {
        var known = _contents[PlaceOf(number)];
        return known.Digest == 0 || known.Number != number || known.Digest == digest;
    }

    /// <summary>Of what the node acts on. Responses of the handshake are made anew for each repetition, and are no input: one is as good as another, and nothing else is.</summary>
    public static ulong DigestOf(PayloadType type, ReadOnlySpan<byte> payload)
        => type is PayloadType.HandshakeResponse or PayloadType.EncChallengeResponse ? ContentDigest.Of((uint)type, []) : ContentDigest.Of((uint)type, payload);

    private bool IsTaken(long number)
    {
        var present = _contents[PlaceOf(number)];
        return present.Digest != 0 && present.Number != number && !IsAcknowledged(present.Number);
    }

    private void Grow()
    {
        var old = _contents;
        _contents = new Content[old.Length * 2];
        foreach (var content in old)
            if (content.Digest != 0)
                _contents[PlaceOf(content.Number)] = content;
    }

    private int PlaceOf(long number) => (int)(number & (_contents.Length - 1));
}
