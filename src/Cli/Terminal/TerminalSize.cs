namespace Postern.Cli.Terminal;

/// <summary>Size of the terminal in characters.</summary>
internal readonly record struct TerminalSize(uint Columns, uint Rows)
{
    private static readonly nuint GetWindowSize = OperatingSystem.IsMacOS() ? 0x40087468u : 0x5413u; // TIOCGWINSZ

    /// <summary>What stock clients report when they cannot find out.</summary>
    public static readonly TerminalSize Fallback = new(300, 100);

    /// <summary>Of the terminal at standard output, else at standard input. A terminal of no size reports 0 x 0.</summary>
    public static TerminalSize Current()
    {
        foreach (var descriptor in (ReadOnlySpan<int>)[Posix.StandardOutput, Posix.StandardInput])
            if (Posix.IsTerminal(descriptor) != 0 && Posix.GetWindowSize(descriptor, GetWindowSize, out var size) == 0)
                return new TerminalSize(size.Columns, size.Rows);
        return Fallback;
    }
}
