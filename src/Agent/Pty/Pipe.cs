using Microsoft.Win32.SafeHandles;
using static Postern.Agent.Pty.LinuxNative;

namespace Postern.Agent.Pty;

/// <summary>A pipe whose reading end is ours and non-blocking, and whose writing end goes to a program.</summary>
internal sealed class Pipe : IDisposable
{
    private const int F_SETFL = 4;

    public Pipe(Poller poller)
    {
        Span<int> files = stackalloc int[2];
        if (pipe2(files, O_CLOEXEC) != 0)
            throw LastFailure("cannot make a pipe");
        var reader = new SafeFileHandle(files[0], ownsHandle: true);
        Writer = new SafeFileHandle(files[1], ownsHandle: true);
        // Only our end: a program must not find its standard output non-blocking.
        if (fcntl(reader, F_SETFL, O_NONBLOCK) != 0)
            throw LastFailure("cannot set up a pipe");
        Reader = new PolledFile(poller, reader);
    }

    public PolledFile Reader { get; }

    /// <summary>Closed as soon as the program has it, or the end would never be seen.</summary>
    public SafeFileHandle Writer { get; }

    public void Dispose()
    {
        Writer.Dispose();
        Reader.Dispose();
    }
}
