using System.Text;
using Microsoft.Win32.SafeHandles;
using static Postern.Agent.Pty.LinuxNative;

namespace Postern.Agent.Pty;

internal sealed partial class Terminal
{
    private const int PathLimit = 128;
    private const uint KeepGroup = uint.MaxValue;

    public static Terminal Open(Poller poller)
    {
        var handle = new SafeFileHandle(posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK), ownsHandle: true);
        if (handle.IsInvalid)
            throw LastFailure("cannot open a terminal");
        try
        {
            Span<byte> name = stackalloc byte[PathLimit];
            if (grantpt(handle) != 0 || unlockpt(handle) != 0)
                throw LastFailure("cannot unlock a terminal");
            if (ptsname_r(handle, name, PathLimit) is var error and not 0)
                throw Failure("cannot name a terminal", error);
            var terminal = new Terminal(new PolledFile(poller, handle), Encoding.UTF8.GetString(name[..name.IndexOf((byte)0)]));
            terminal.Resize(DefaultColumns, DefaultRows);
            return terminal;
        }
        catch (IOException)
        {
            handle.Dispose();
            throw;
        }
    }

    /// <summary>Programs in the foreground are told by SIGWINCH.</summary>
    public void Resize(ushort columns, ushort rows)
    {
        var size = new WindowSize { Rows = rows, Columns = columns };
        if (ioctl(File.Handle, TIOCSWINSZ, ref size) != 0)
            throw LastFailure("cannot resize the terminal");
    }

    /// <summary>Makes the terminal the user's, so that programs can open it by name again.</summary>
    public void GiveTo(uint user)
    {
        if (chown(Path, user, KeepGroup) != 0)
            throw LastFailure($"cannot give {Path} to user {user}");
    }
}
