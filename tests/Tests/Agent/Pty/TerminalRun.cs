using System.Text;
using Postern.Agent.Pty;

namespace Postern.Tests.Agent.Pty;

/// <summary>A real program on a real terminal, and what it has printed so far.</summary>
internal sealed class TerminalRun : IAsyncDisposable
{
    public static readonly TimeSpan Deadline = TimeSpan.FromSeconds(20);

    private readonly Poller _poller;
    private readonly bool _ownsPoller;
    private readonly byte[] _buffer = new byte[4096];
    private readonly StringBuilder _seen = new();

    public TerminalRun(string program, string[] arguments, Poller? poller = null, string[]? environment = null)
    {
        _ownsPoller = poller is null;
        _poller = poller ?? new Poller();
        Terminal = Terminal.Open(_poller);
        Process = ChildProcess.StartOnTerminal(
            new SpawnOptions { Program = program, Arguments = arguments, Environment = environment ?? ["PATH=/usr/bin:/bin", "TERM=xterm", "PS1=ready> "] },
            Terminal.Path, _poller);
    }

    public Terminal Terminal { get; }
    public ChildProcess Process { get; }
    public string Seen => _seen.ToString();

    public ValueTask TypeAsync(string text) => Terminal.File.WriteAsync(Encoding.UTF8.GetBytes(text), CancellationToken.None);

    /// <summary>Reads until the text has been printed after the position given.</summary>
    public async Task<string> ReadUntilAsync(string text)
    {
        using var deadline = new CancellationTokenSource(Deadline);
        while (!Seen.Contains(text, StringComparison.Ordinal))
        {
            var count = await Terminal.File.ReadAsync(_buffer, deadline.Token);
            Assert.True(count > 0, $"The terminal ended before it printed '{text}', but: {Seen}");
            _seen.Append(Encoding.UTF8.GetString(_buffer, 0, count));
        }
        var all = Seen;
        _seen.Clear();
        return all;
    }

    public async Task<int> ExitAsync() => await Process.Exited.WaitAsync(Deadline);

    public async ValueTask DisposeAsync()
    {
        await Process.DisposeAsync();
        Terminal.Dispose();
        if (_ownsPoller)
            _poller.Dispose();
    }
}
