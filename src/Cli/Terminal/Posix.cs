using System.Runtime.InteropServices;

namespace Postern.Cli.Terminal;

/// <summary>The few calls of the C library that .NET has no door to. Same names and numbers on glibc and musl, x64 and arm64.</summary>
internal static partial class Posix
{
    public const int StandardInput = 0, StandardOutput = 1, StandardError = 2;
    public const int SetNow = 0, SetWhenDrained = 1; // TCSANOW, TCSADRAIN
    public const short PollIn = 1, PollOut = 4;
    public const int Interrupted = 4, WouldBlock = 11; // EINTR, EAGAIN on Linux
    /// <summary>Room for a termios (60 bytes on Linux, 72 on macOS); its fields are never looked at.</summary>
    public const int TermiosSize = 128;
    private const string Library = "libc";

    [StructLayout(LayoutKind.Sequential)]
    public struct WindowSize
    {
        public ushort Rows, Columns, PixelsX, PixelsY;
    }

    [StructLayout(LayoutKind.Sequential)]
    public struct PollEntry
    {
        public int Descriptor;
        public short Events, Returned;
    }

    [LibraryImport(Library, EntryPoint = "isatty")]
    public static partial int IsTerminal(int descriptor);

    [LibraryImport(Library, EntryPoint = "tcgetattr", SetLastError = true)]
    public static partial int GetAttributes(int descriptor, Span<byte> termios);

    [LibraryImport(Library, EntryPoint = "tcsetattr", SetLastError = true)]
    public static partial int SetAttributes(int descriptor, int when, ReadOnlySpan<byte> termios);

    [LibraryImport(Library, EntryPoint = "cfmakeraw")]
    public static partial void MakeRaw(Span<byte> termios);

    [LibraryImport(Library, EntryPoint = "ioctl", SetLastError = true)]
    public static partial int GetWindowSize(int descriptor, nuint request, out WindowSize size);

    [LibraryImport(Library, EntryPoint = "read", SetLastError = true)]
    public static partial nint Read(int descriptor, Span<byte> buffer, nuint count);

    [LibraryImport(Library, EntryPoint = "write", SetLastError = true)]
    public static partial nint Write(int descriptor, ReadOnlySpan<byte> buffer, nuint count);

    [LibraryImport(Library, EntryPoint = "poll", SetLastError = true)]
    public static partial int Poll(ref PollEntry entries, nuint count, int milliseconds);

    [LibraryImport(Library, EntryPoint = "signal")]
    public static partial nint SetSignal(int signal, nint handler);

    /// <summary>The runtime's own setter does not reach what native libraries read.</summary>
    [LibraryImport(Library, EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int SetEnvironment(string name, string value, int overwrite);

    [LibraryImport(Library, EntryPoint = "execvp", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Execute(string file, string?[] arguments);
}
