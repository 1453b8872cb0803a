using System.Text;
using Postern.Agent.Pty;

namespace Postern.Tests.Agent.Pty;

public sealed class TerminalTests
{
    private static TerminalRun Bash(Poller? poller = null) => new("/bin/bash", ["--norc", "--noprofile", "-i"], poller);

    [Fact]
    public async Task A_shell_has_a_controlling_terminal_and_job_control()
    {
        await using var run = Bash();
        await run.ReadUntilAsync("ready> ");
        await run.TypeAsync("tty; ps -o pid=,sid=,pgid= -p $$ | tr -s ' '; set -o | grep monitor; echo do''ne\n");
        var text = await run.ReadUntilAsync("done");
        Assert.Contains(run.Terminal.Path, text, StringComparison.Ordinal);
        Assert.Contains($"{run.Process.Id} {run.Process.Id} {run.Process.Id}", text, StringComparison.Ordinal);
        Assert.Matches(@"monitor\s+on", text);
    }

    [Fact]
    public async Task Resizing_reaches_the_program()
    {
        await using var run = Bash();
        await run.ReadUntilAsync("ready> ");
        await run.TypeAsync("trap 'echo changed to $(stty size)' WINCH\n");
        await run.ReadUntilAsync("ready> ");
        run.Terminal.Resize(132, 43);
        await run.TypeAsync("\n");
        await run.ReadUntilAsync("changed to 43 132");
    }

    [Fact]
    public async Task Ctrl_C_interrupts_the_program_in_the_foreground_only()
    {
        await using var run = Bash();
        await run.ReadUntilAsync("ready> ");
        await run.TypeAsync("sed -u s/question/ans''wer/\nquestion\n");
        await run.ReadUntilAsync("answer"); // now Ctrl-C is for sed
        await run.TypeAsync("\x03");
        await run.ReadUntilAsync("ready> ");
        await run.TypeAsync("echo al''ive\n");
        await run.ReadUntilAsync("alive");
    }

    [Theory]
    [InlineData("exit 7", 7)]
    [InlineData("kill -TERM $$", 128 + 15)]
    public async Task The_exit_code_is_known(string command, int expected)
    {
        await using var run = new TerminalRun("/bin/sh", ["-c", command]);
        Assert.Equal(expected, await run.ExitAsync());
    }

    [Fact]
    public async Task A_background_program_that_holds_the_terminal_does_not_hide_the_end()
    {
        await using var run = new TerminalRun("/bin/bash", ["-c", "trap '' HUP; sleep 30 & echo holder=$!; exit 3"]);
        Assert.Equal(3, await run.ExitAsync());
        var text = await run.ReadUntilAsync("\n");
        var holder = int.Parse(text.Split("holder=")[1].Trim(), System.Globalization.CultureInfo.InvariantCulture);
        System.Diagnostics.Process.GetProcessById(holder).Kill();
    }

    [Fact]
    public async Task What_was_printed_before_the_end_is_still_there_after_it()
    {
        await using var run = new TerminalRun("/bin/sh", ["-c", "seq 1 500; echo the-end"]);
        Assert.Equal(0, await run.ExitAsync());
        var text = await run.ReadUntilAsync("the-end");
        Assert.Contains("\n500\r", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_environment_is_the_one_given_and_nothing_else()
    {
        Environment.SetEnvironmentVariable("POSTERN_TEST_SECRET", "must-not-leak");
        await using var run = new TerminalRun("/usr/bin/env", [], environment: ["TERM=xterm-256color", "HOME=/nowhere"]);
        Assert.Equal(0, await run.ExitAsync());
        Assert.Equal("TERM=xterm-256color\r\nHOME=/nowhere\r\n", await run.ReadUntilAsync("nowhere\r\n"));
    }

    [Fact]
    public async Task A_program_has_no_open_file_but_its_terminal_and_no_signal_ignored_or_blocked()
    {
        await using var files = new TerminalRun("/bin/ls", ["/proc/self/fd"]);
        Assert.Equal(0, await files.ExitAsync());
        Assert.Equal("0  1  2  3", (await files.ReadUntilAsync("\n")).Trim()); // 3 is the folder that ls reads
        await using var status = new TerminalRun("/bin/cat", ["/proc/self/status"]);
        var text = await status.ReadUntilAsync("SigCgt");
        Assert.Contains("SigBlk:\t0000000000000000", text, StringComparison.Ordinal);
        // The C library's own two signals, 32 and 33, are ignored in every program it starts this way; programs set them up again.
        var ignored = Convert.ToUInt64(text.Split("SigIgn:\t")[1].Split((char)13)[0], 16);
        Assert.Equal(0UL, ignored & ~0x1_8000_0000UL);
    }

    [Fact]
    public async Task A_program_that_ignores_the_hang_up_is_killed_after_the_grace()
    {
        await using var run = new TerminalRun("/bin/bash", ["-c", "trap '' HUP; echo rea''dy; while :; do sleep 1; done"]);
        await run.ReadUntilAsync("ready");
        Assert.True(await run.Process.EndAsync(() => Assert.Fail("signals help"), TimeSpan.FromMilliseconds(50), TimeProvider.System));
        Assert.Equal(128 + 9, await run.ExitAsync());
    }

    [Fact]
    public async Task A_missing_program_is_reported_by_name()
    {
        using var poller = new Poller();
        using var terminal = Terminal.Open(poller);
        var error = Assert.Throws<IOException>(() => { ChildProcess.StartOnTerminal(new SpawnOptions { Program = "/no/such/shell" }, terminal.Path, poller); });
        Assert.Contains("/no/such/shell", error.Message, StringComparison.Ordinal);
        Assert.Contains("No such file", error.Message, StringComparison.Ordinal);
        await Task.CompletedTask;
    }

    [Fact]
    public async Task Many_terminals_leave_no_file_and_no_zombie()
    {
        using var poller = new Poller();
        var before = Directory.GetFileSystemEntries("/proc/self/fd").Length;
        var ids = new List<int>();
        for (var i = 0; i < 40; i++)
        {
            await using var run = new TerminalRun("/bin/sh", ["-c", "echo hello"], poller);
            await run.ReadUntilAsync("hello");
            ids.Add(run.Process.Id);
        }
        Assert.Equal(0, poller.Count);
        // Other tests open files meanwhile; forty terminals would be eighty.
        Assert.InRange(Directory.GetFileSystemEntries("/proc/self/fd").Length, 0, before + 40);
        Assert.DoesNotContain(ids, id => Directory.Exists($"/proc/{id}") && File.ReadAllText($"/proc/{id}/stat").Contains(") Z", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Reading_can_be_cancelled_and_goes_on_afterwards()
    {
        await using var run = Bash();
        await run.ReadUntilAsync("ready> ");
        using var cancel = new CancellationTokenSource();
        var waiting = run.Terminal.File.ReadAsync(new byte[10], cancel.Token).AsTask();
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        await run.TypeAsync("echo ag''ain\n");
        await run.ReadUntilAsync("again");
    }

    [Fact]
    public async Task Disposing_a_terminal_wakes_its_reader()
    {
        using var poller = new Poller();
        var terminal = Terminal.Open(poller);
        await using var process = ChildProcess.StartOnTerminal(new SpawnOptions { Program = "/bin/sleep", Arguments = ["60"] }, terminal.Path, poller);
        var waiting = terminal.File.ReadAsync(new byte[10], CancellationToken.None).AsTask();
        terminal.Dispose();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => waiting.WaitAsync(TerminalRun.Deadline));
    }

    [Fact]
    public async Task Separate_pipes_keep_output_and_errors_apart()
    {
        using var poller = new Poller();
        using var output = new Postern.Agent.Pty.Pipe(poller);
        using var errors = new Postern.Agent.Pty.Pipe(poller);
        await using var process = ChildProcess.StartOnPipes(
            new SpawnOptions { Program = "/bin/sh", Arguments = ["-c", "echo out; echo err >&2"] }, output.Writer, errors.Writer, poller);
        output.Writer.Dispose();
        errors.Writer.Dispose();
        Assert.Equal("out\n", await ReadAllAsync(output.Reader));
        Assert.Equal("err\n", await ReadAllAsync(errors.Reader));
        Assert.Equal(0, await process.Exited.WaitAsync(TerminalRun.Deadline));
    }

    private static async Task<string> ReadAllAsync(PolledFile file)
    {
        var all = new List<byte>();
        var buffer = new byte[100];
        int count;
        while ((count = await file.ReadAsync(buffer, CancellationToken.None)) > 0)
            all.AddRange(buffer.AsSpan(0, count));
        return Encoding.UTF8.GetString(all.ToArray());
    }
}
