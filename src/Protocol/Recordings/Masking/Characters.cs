namespace Postern.Protocol.Recordings.Masking;

/// <summary>UTF-8, by bytes.</summary>
internal static class Characters
{
    public static bool Continues(byte b) => (b & 0xC0) == 0x80;

    public static void RemoveLast(List<byte> text)
    {
        while (text.Count > 0)
        {
            var last = text[^1];
            text.RemoveAt(text.Count - 1);
            if (!Continues(last))
                break;
        }
    }
}
