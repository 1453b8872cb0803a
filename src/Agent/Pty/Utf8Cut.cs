namespace Postern.Agent.Pty;

/// <summary>Cuts terminal output between characters, so that a message never ends inside one.</summary>
internal static class Utf8Cut
{
    /// <summary>Longest incomplete character that can be held back, bytes.</summary>
    public const int LongestTail = 3;

    /// <summary>
    /// How many bytes may be sent now: all, or all but an incomplete character at the end. Bytes that can never become UTF-8 are not
    /// held back.
    /// </summary>
    public static int Length(ReadOnlySpan<byte> bytes)
    {
        for (var back = 1; back <= LongestTail && back <= bytes.Length; back++)
        {
            var value = bytes[^back];
            if (value < 0x80)
                break;
            if (value < 0xC0)
                continue;
            var needed = value switch { >= 0xF8 => 1, >= 0xF0 => 4, >= 0xE0 => 3, _ => 2 };
            return needed > back ? bytes.Length - back : bytes.Length;
        }
        return bytes.Length;
    }
}
