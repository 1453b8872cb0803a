namespace Postern.Protocol.Messages;

/// <summary>Message ids: a UUID whose last eight bytes (in RFC 4122 order) stand first on the wire.</summary>
public static class MessageIds
{
    public const int Size = 16;
    private const int Half = 8;

    public static Guid Read(ReadOnlySpan<byte> wire)
    {
        Span<byte> text = stackalloc byte[Size];
        wire[Half..Size].CopyTo(text);
        wire[..Half].CopyTo(text[Half..]);
        return new Guid(text, bigEndian: true);
    }

    public static void Write(Span<byte> wire, Guid id)
    {
        Span<byte> text = stackalloc byte[Size];
        id.TryWriteBytes(text, bigEndian: true, out _);
        text[Half..].CopyTo(wire);
        text[..Half].CopyTo(wire[Half..]);
    }
}
