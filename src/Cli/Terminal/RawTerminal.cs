namespace Postern.Cli.Terminal;

/// <summary>
/// Raw mode of the terminal at standard input, given back whatever happens: on dispose, at exit and on a crash.
/// </summary>
internal sealed class RawTerminal : IDisposable
{
    private readonly byte[] _saved, _raw;
    private int _restored;

    private RawTerminal(byte[] saved, byte[] raw)
    {
        (_saved, _raw) = (saved, raw);
        AppDomain.CurrentDomain.ProcessExit += OnExit;
        AppDomain.CurrentDomain.UnhandledException += OnCrash;
    }

    /// <summary>Null when standard input is not a terminal.</summary>
    public static RawTerminal? Enter()
    {
        var saved = new byte[Posix.TermiosSize];
        if (Posix.IsTerminal(Posix.StandardInput) == 0 || Posix.GetAttributes(Posix.StandardInput, saved) != 0)
            return null;
        var raw = saved.AsSpan().ToArray();
        Posix.MakeRaw(raw);
        var terminal = new RawTerminal(saved, raw);
        terminal.EnterAgain();
        return terminal;
    }

    /// <summary>For a process that was stopped and goes on: the runtime and job control have set the terminal back by then.</summary>
    public void EnterAgain()
    {
        if (Volatile.Read(ref _restored) == 0)
            Posix.SetAttributes(Posix.StandardInput, Posix.SetWhenDrained, _raw);
    }

    public void Dispose()
    {
        Restore();
        AppDomain.CurrentDomain.ProcessExit -= OnExit;
        AppDomain.CurrentDomain.UnhandledException -= OnCrash;
    }

    private void OnExit(object? sender, EventArgs e) => Restore();

    private void OnCrash(object? sender, UnhandledExceptionEventArgs e) => Restore();

    private void Restore()
    {
        if (Interlocked.Exchange(ref _restored, 1) == 0)
            Posix.SetAttributes(Posix.StandardInput, TakesOutput() ? Posix.SetWhenDrained : Posix.SetNow, _saved);
    }

    /// <summary>A terminal that shows nothing just now would be waited for without end.</summary>
    private static bool TakesOutput()
    {
        var entry = new Posix.PollEntry { Descriptor = Posix.StandardInput, Events = Posix.PollOut };
        return Posix.Poll(ref entry, 1, 0) > 0;
    }
}
