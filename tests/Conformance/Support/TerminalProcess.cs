using System.Text;
using System.Text.RegularExpressions;
using Microsoft.Win32.SafeHandles;

namespace Postern.Conformance.Support;

/// <summary>A program on a terminal of its own, as if a person sat in front of it.</summary>
internal sealed class TerminalProcess : IAsyncDisposable
{
    private readonly FileStream _master;
    private readonly int _descriptor;
    private readonly Child _child;
    private readonly Task _copy;

    private TerminalProcess(int descriptor, Child child)
    {
        _descriptor = descriptor;
        _child = child;
        _master = new FileStream(new SafeFileHandle(descriptor, ownsHandle: true), FileAccess.ReadWrite, bufferSize: 0);
        _copy = Screen.CopyFromAsync(_master);
    }

    public Transcript Screen { get; } = new();
    public int Id => _child.Id;
    public bool Running => _child.Running;

    public static TerminalProcess Start(Command command, ushort columns = 80, ushort rows = 24)
    {
        var (master, path) = Native.OpenTerminal();
        Native.Resize(master, columns, rows);
        // setsid makes the terminal the controlling one and then becomes the program: the process started here is the program itself.
        // Tests in the background inherit an ignored SIGINT; a person's terminal never gives one.
        var onTerminal = command.Under(
            "/bin/sh", "-c", "exec env --default-signal=INT,QUIT,TSTP setsid --ctty \"$@\" <\"$0\" >\"$0\" 2>&1", path);
        return new(master, Child.Start(onTerminal));
    }

    public async Task SendAsync(string text)
    {
        await _master.WriteAsync(Encoding.UTF8.GetBytes(text));
        await _master.FlushAsync();
    }

    /// <summary>Types a line and presses Enter.</summary>
    public Task TypeAsync(string line) => SendAsync(line + "\r");

    public void Resize(ushort columns, ushort rows) => Native.Resize(_descriptor, columns, rows);

    public Task<Match> SeesAsync(string pattern, int from = 0, TimeSpan? within = null) =>
        Screen.WaitForAsync(new Regex(pattern, RegexOptions.CultureInvariant), from, within);

    /// <summary>Types a line and waits for what must appear after it.</summary>
    public async Task<Match> AnswersAsync(string line, string pattern, TimeSpan? within = null)
    {
        var from = Screen.Length;
        await TypeAsync(line);
        return await SeesAsync(pattern, from, within);
    }

    public void Signal(int signal) => _child.Signal(signal);

    public async Task<int> ExitAsync(TimeSpan? within = null)
    {
        int exitCode;
        try
        {
            exitCode = await _child.ExitAsync(within);
        }
        catch (TimeoutException timeout)
        {
            throw new TimeoutException($"{timeout.Message}\nOn its screen:\n{Screen.Text}");
        }
        await Task.WhenAny(_copy, Task.Delay(TimeSpan.FromSeconds(1)));
        return exitCode;
    }

    public async ValueTask DisposeAsync()
    {
        await _child.DisposeAsync();
        await _master.DisposeAsync();
    }
}
