using System.Runtime.InteropServices;
using Postern.Agent.Sessions.Shell;

namespace Postern.Tests.Agent.Pty;

/// <summary>Programs that the agent's user may not signal. The thread that tries is nobody's, the program is root's.</summary>
public sealed partial class ForeignProgramTests
{
    private const uint Nobody = 65534;

    [Fact]
    public async Task One_that_takes_no_signal_loses_its_terminal_and_is_not_waited_for()
    {
        Assert.SkipUnless(UserAccount.Current.IsRoot, "only root can become somebody else");
        await using var run = new TerminalRun("/bin/bash", ["-c", "trap '' HUP; echo rea''dy; while :; do sleep 1; done"]);
        await run.ReadUntilAsync("ready");
        var closed = false;
        var ending = await AsNobodyAsync(() => run.Process.EndAsync(() => closed = true, TimeSpan.FromMilliseconds(50), TimeProvider.System));
        Assert.False(await ending.WaitAsync(TerminalRun.Deadline));
        Assert.True(closed);
    }

    [Fact]
    public async Task One_that_ends_when_its_terminal_is_lost_has_ended()
    {
        Assert.SkipUnless(UserAccount.Current.IsRoot, "only root can become somebody else");
        await using var run = new TerminalRun("/bin/bash", ["-c", "echo rea''dy; while :; do sleep 1; done"]);
        await run.ReadUntilAsync("ready");
        var ending = await AsNobodyAsync(() => run.Process.EndAsync(run.Terminal.Dispose, TerminalRun.Deadline, TimeProvider.System));
        Assert.True(await ending.WaitAsync(2 * TerminalRun.Deadline));
        Assert.Equal(128 + 1, await run.ExitAsync());
    }

    /// <summary>Begins something on a thread of its own that has given up root. Only that thread has: the C library would change all.</summary>
    private static async Task<Task<bool>> AsNobodyAsync(Func<Task<bool>> begin)
    {
        var begun = new TaskCompletionSource<Task<bool>?>(TaskCreationOptions.RunContinuationsAsynchronously);
        new Thread(() =>
        {
            nint call = RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? 147 : 117; // setresuid
            begun.SetResult(SystemCall(call, Nobody, Nobody, Nobody) == 0 ? begin() : null);
        })
        { IsBackground = true }.Start();
        return await begun.Task ?? throw new InvalidOperationException("The thread cannot give up root.");
    }

    [LibraryImport("libc", EntryPoint = "syscall")]
    private static partial nint SystemCall(nint number, nuint real, nuint effective, nuint saved);
}
