using System.Runtime.InteropServices;

namespace Postern.Protocol.Recordings.Screen;

/// <summary>How a cell looks apart from its character.</summary>
[Flags]
internal enum CellAttributes : uint
{
    None = 0,
    Bold = 1, Dim = 2, Italic = 4, Blink = 8, Inverse = 16, Invisible = 32, Strike = 64, Overline = 128,
    /// <summary>Three bits: 0 none, 1 single, 2 double, 3 curly, 4 dotted, 5 dashed.</summary>
    UnderlineMask = 7 << 8,
}

/// <summary>Colours and attributes. Equal to default: as the terminal writes when nothing was asked for.</summary>
/// <param name="Foreground">See <see cref="Palette"/> and <see cref="Direct"/>; 0 is the terminal's own.</param>
/// <param name="Background">The same.</param>
internal readonly record struct CellStyle(uint Foreground, uint Background, CellAttributes Attributes)
{
    public const uint Palette = 1 << 24, Direct = 2 << 24;

    public bool IsPlain => (Foreground | Background | (uint)Attributes) == 0;

    // Written out: compared for every cell that is drawn, and erased.
    public bool Equals(CellStyle other) => Foreground == other.Foreground && Background == other.Background && (uint)Attributes == (uint)other.Attributes;

    public override int GetHashCode() => HashCode.Combine(Foreground, Background, (uint)Attributes);

    /// <summary>What erasing leaves: the background alone.</summary>
    public CellStyle Erased => new(0, Background, CellAttributes.None);
}

/// <summary>
/// One place on the screen, 16 bytes. <see cref="Glyph"/> is 0 for a blank, a code point, or the number of a cluster (a character with marks that join it) with
/// <see cref="Cluster"/> set; a wide character's second place is <see cref="Tail"/>.
/// </summary>
[StructLayout(LayoutKind.Sequential)]
internal readonly record struct Cell(uint Glyph, CellStyle Style)
{
    public const uint Wide = 1u << 30, Tail = 1u << 29, Cluster = 1u << 31, Value = (1 << 21) - 1;

    public bool IsTail => Glyph == Tail;
    public bool IsWide => (Glyph & Wide) != 0;
}
