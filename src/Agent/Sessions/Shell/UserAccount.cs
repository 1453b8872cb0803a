using System.Runtime.InteropServices;
using Postern.Agent.Pty;

namespace Postern.Agent.Sessions.Shell;

/// <summary>A user as the system knows it, whatever directory it comes from.</summary>
internal sealed partial record UserAccount(string Name, uint UserId, uint GroupId, string Home, string Shell)
{
    public const string FallbackShell = "/bin/sh";
    private const int BufferSize = 16 * 1024;

    public bool IsRoot => UserId == 0;

    /// <summary>The user this process runs as.</summary>
    public static UserAccount Current
    {
        get
        {
            var id = LinuxNative.geteuid();
            return Read((ref Entry entry, Span<byte> buffer, out nint found) => getpwuid_r(id, ref entry, buffer, (nuint)buffer.Length, out found))
                ?? new UserAccount(id.ToString(System.Globalization.CultureInfo.InvariantCulture), id, id, "/", FallbackShell);
        }
    }

    /// <summary>Null when there is no such user.</summary>
    public static UserAccount? Find(string name)
        => Read((ref Entry entry, Span<byte> buffer, out nint found) => getpwnam_r(name, ref entry, buffer, (nuint)buffer.Length, out found));

    private delegate int Lookup(ref Entry entry, Span<byte> buffer, out nint found);

    private static unsafe UserAccount? Read(Lookup lookup)
    {
        var buffer = new byte[BufferSize];
        fixed (byte* pinned = buffer) // the entry points into the buffer
        {
            var entry = default(Entry);
            if (lookup(ref entry, buffer, out var found) != 0 || found == 0)
                return null;
            var shell = Marshal.PtrToStringUTF8(entry.Shell);
            return new UserAccount(
                Marshal.PtrToStringUTF8(entry.Name) ?? "", entry.UserId, entry.GroupId, Marshal.PtrToStringUTF8(entry.Home) ?? "/",
                string.IsNullOrEmpty(shell) ? FallbackShell : shell);
        }
    }

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int getpwnam_r(string name, ref Entry entry, Span<byte> buffer, nuint length, out nint found);

    [LibraryImport("libc")]
    private static partial int getpwuid_r(uint id, ref Entry entry, Span<byte> buffer, nuint length, out nint found);

    /// <summary>struct passwd.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct Entry
    {
        public nint Name, Password;
        public uint UserId, GroupId;
        public nint Comment, Home, Shell;
    }
}
