using Microsoft.Win32.SafeHandles;
using static Postern.Agent.Pty.LinuxNative;

namespace Postern.Agent.Pty;

internal sealed partial class ChildProcess
{
    private const int AttributesSize = 1024; // posix_spawnattr_t is 336 bytes in glibc; the rest is room for other C libraries
    private const int ActionsSize = 512; // posix_spawn_file_actions_t is 80 bytes in glibc
    private const int SignalSetSize = 128;

    /// <summary>Starts a program on a terminal, which becomes its controlling terminal.</summary>
    public static ChildProcess StartOnTerminal(SpawnOptions options, string terminal, Poller poller) => Start(options, poller, actions =>
    {
        // The program leads a new session by now, so the first terminal it opens is its controlling one.
        Check(posix_spawn_file_actions_addopen(actions, 0, terminal, O_RDWR, 0), "open terminal");
        Check(posix_spawn_file_actions_adddup2(actions, 0, 1), "dup2");
        Check(posix_spawn_file_actions_adddup2(actions, 0, 2), "dup2");
    });

    /// <summary>Starts a program without a terminal: no input, output and errors into the handles given.</summary>
    public static ChildProcess StartOnPipes(SpawnOptions options, SafeFileHandle output, SafeFileHandle errors, Poller poller) => Start(options, poller, actions =>
    {
        Check(posix_spawn_file_actions_addopen(actions, 0, "/dev/null", 0, 0), "open /dev/null");
        Check(posix_spawn_file_actions_adddup2(actions, (int)output.DangerousGetHandle(), 1), "dup2");
        Check(posix_spawn_file_actions_adddup2(actions, (int)errors.DangerousGetHandle(), 2), "dup2");
    });

    /// <summary>Sends a signal to the program's group. False when the program has ended, or when all of the group belongs to others and we are not root.</summary>
    public bool Signal(int signal)
    {
        lock (_gate)
            return !_reaped && kill(-Id, signal) == 0;
    }

    private delegate void AddActions(Span<byte> actions);

    private static ChildProcess Start(SpawnOptions options, Poller poller, AddActions addActions)
    {
        Span<byte> attributes = new byte[AttributesSize], actions = new byte[ActionsSize], signals = new byte[SignalSetSize];
        using var arguments = new NativeStrings([options.Program, .. options.Arguments]);
        using var environment = new NativeStrings(options.Environment);
        Check(posix_spawnattr_init(attributes), "posix_spawnattr_init");
        Check(posix_spawn_file_actions_init(actions), "posix_spawn_file_actions_init");
        try
        {
            // The runtime ignores SIGPIPE and handles others; a program must start with every signal at its default and none blocked.
            _ = sigfillset(signals);
            Check(posix_spawnattr_setsigdefault(attributes, signals), "setsigdefault");
            _ = sigemptyset(signals);
            Check(posix_spawnattr_setsigmask(attributes, signals), "setsigmask");
            Check(posix_spawnattr_setflags(attributes, POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK), "setflags");
            addActions(actions);
            Check(posix_spawn_file_actions_addchdir_np(actions, options.WorkingDirectory), "chdir");
            // The agent's own files close by themselves; this closes what its starter left open.
            Check(posix_spawn_file_actions_addclosefrom_np(actions, 3), "closefrom");
            Check(posix_spawn(out var process, options.Program, actions, attributes, arguments.Pointers, environment.Pointers), $"cannot start {options.Program}");
            return Watch(process, poller);
        }
        finally
        {
            _ = posix_spawn_file_actions_destroy(actions);
            _ = posix_spawnattr_destroy(attributes);
        }
    }

    private static ChildProcess Watch(int process, Poller poller)
    {
        var handle = new SafeFileHandle(PidfdOpen(process), ownsHandle: true);
        if (!handle.IsInvalid)
            return new ChildProcess(process, new PolledFile(poller, handle));
        var failure = LastFailure("pidfd_open (Linux 5.3 or later is needed)");
        _ = kill(-process, SIGKILL);
        _ = waitpid(process, out _, 0);
        throw failure;
    }

    private bool HangUp() => Signal(SIGHUP) && Signal(SIGCONT);

    private bool Kill() => Signal(SIGKILL);

    private bool TryReap(out int exitCode)
    {
        lock (_gate)
        {
            var reaped = waitpid(Id, out var status, WNOHANG);
            if (reaped < 0)
                throw LastFailure($"waitpid {Id}");
            _reaped = reaped == Id;
            var signal = status & 0x7f;
            exitCode = signal == 0 ? (status >> 8) & 0xff : 128 + signal;
            return _reaped;
        }
    }

    private static void Check(int error, string what)
    {
        if (error != 0)
            throw Failure(what, error);
    }
}
