using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Postern.Agent.Pty;

/// <summary>The calls into the C library that sessions need. Errors are read with <see cref="Marshal.GetLastPInvokeError"/>.</summary>
internal static partial class LinuxNative
{
    public const int O_RDWR = 0x2, O_NOCTTY = 0x100, O_NONBLOCK = 0x800, O_CLOEXEC = 0x80000;
    public const int EINTR = 4, EIO = 5, EAGAIN = 11, ENOENT = 2, EPIPE = 32;
    public const int SIGHUP = 1, SIGINT = 2, SIGQUIT = 3, SIGKILL = 9, SIGCONT = 18;
    public const int WNOHANG = 1;
    public const nuint TIOCSWINSZ = 0x5414;
    public const uint EPOLLIN = 0x1, EPOLLOUT = 0x4, EPOLLERR = 0x8, EPOLLHUP = 0x10, EPOLLONESHOT = 1u << 30;
    public const int EPOLL_CTL_ADD = 1, EPOLL_CTL_DEL = 2, EPOLL_CTL_MOD = 3, EPOLL_CLOEXEC = O_CLOEXEC;
    public const short POSIX_SPAWN_SETSIGDEF = 0x04, POSIX_SPAWN_SETSIGMASK = 0x08, POSIX_SPAWN_SETSID = 0x80;
    private const nint PidfdOpenCall = 434; // the same number on every architecture

    private const string C = "libc";

    [LibraryImport(C, SetLastError = true)] public static partial int posix_openpt(int flags);
    [LibraryImport(C, SetLastError = true)] public static partial int grantpt(SafeFileHandle terminal);
    [LibraryImport(C, SetLastError = true)] public static partial int unlockpt(SafeFileHandle terminal);
    [LibraryImport(C)] public static partial int ptsname_r(SafeFileHandle terminal, Span<byte> name, nuint length);
    [LibraryImport(C, SetLastError = true)] public static partial int ioctl(SafeFileHandle file, nuint request, ref WindowSize size);
    [LibraryImport(C, SetLastError = true, StringMarshalling = StringMarshalling.Utf8)] public static partial int chown(string path, uint user, uint group);
    [LibraryImport(C, SetLastError = true)] public static partial int pipe2(Span<int> files, int flags);
    [LibraryImport(C, SetLastError = true)] public static partial int fcntl(SafeFileHandle file, int command, int argument);
    [LibraryImport(C, SetLastError = true)] public static partial nint read(SafeFileHandle file, Span<byte> buffer, nuint count);
    [LibraryImport(C, SetLastError = true)] public static partial nint write(SafeFileHandle file, ReadOnlySpan<byte> buffer, nuint count);

    [LibraryImport(C, SetLastError = true)] public static partial int epoll_create1(int flags);
    [LibraryImport(C, SetLastError = true)] public static partial int epoll_ctl(SafeFileHandle poll, int operation, SafeFileHandle file, ReadOnlySpan<byte> pollEvent);
    [LibraryImport(C, SetLastError = true)] public static partial int epoll_wait(SafeFileHandle poll, Span<byte> events, int count, int timeoutMilliseconds);
    [LibraryImport(C, SetLastError = true)] public static partial int eventfd(uint start, int flags);

    [LibraryImport(C, SetLastError = true)] public static partial int waitpid(int process, out int status, int options);
    [LibraryImport(C, SetLastError = true)] public static partial int kill(int process, int signal);
    [LibraryImport(C)] public static partial uint geteuid();
    [LibraryImport(C, EntryPoint = "syscall", SetLastError = true)] private static partial nint SystemCall(nint number, nint first, nint second);

    public static int PidfdOpen(int process) => (int)SystemCall(PidfdOpenCall, process, 0);

    [LibraryImport(C, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int posix_spawn(out int process, string path, Span<byte> fileActions, Span<byte> attributes, Span<nint> arguments, Span<nint> environment);

    [LibraryImport(C)] public static partial int posix_spawnattr_init(Span<byte> attributes);
    [LibraryImport(C)] public static partial int posix_spawnattr_destroy(Span<byte> attributes);
    [LibraryImport(C)] public static partial int posix_spawnattr_setflags(Span<byte> attributes, short flags);
    [LibraryImport(C)] public static partial int posix_spawnattr_setsigdefault(Span<byte> attributes, ReadOnlySpan<byte> signals);
    [LibraryImport(C)] public static partial int posix_spawnattr_setsigmask(Span<byte> attributes, ReadOnlySpan<byte> signals);
    [LibraryImport(C)] public static partial int posix_spawn_file_actions_init(Span<byte> actions);
    [LibraryImport(C)] public static partial int posix_spawn_file_actions_destroy(Span<byte> actions);
    [LibraryImport(C, StringMarshalling = StringMarshalling.Utf8)] public static partial int posix_spawn_file_actions_addopen(Span<byte> actions, int file, string path, int flags, uint mode);
    [LibraryImport(C)] public static partial int posix_spawn_file_actions_adddup2(Span<byte> actions, int from, int to);
    [LibraryImport(C, StringMarshalling = StringMarshalling.Utf8)] public static partial int posix_spawn_file_actions_addchdir_np(Span<byte> actions, string path);
    [LibraryImport(C)] public static partial int posix_spawn_file_actions_addclosefrom_np(Span<byte> actions, int first);
    [LibraryImport(C)] public static partial int sigfillset(Span<byte> signals);
    [LibraryImport(C)] public static partial int sigemptyset(Span<byte> signals);

    /// <summary>struct winsize.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct WindowSize
    {
        public ushort Rows, Columns, WidthPixels, HeightPixels;
    }

    /// <summary>An IOException that names what failed and says why in the system's words.</summary>
    public static IOException Failure(string what, int error) => new($"{what}: {Marshal.GetPInvokeErrorMessage(error)}", error);

    public static IOException LastFailure(string what) => Failure(what, Marshal.GetLastPInvokeError());
}
