using System.Runtime.InteropServices;

namespace Postern.Cli.Terminal;

/// <summary>Signals this process answers itself, as long as the object lives.</summary>
internal sealed class Signals : IDisposable
{
    private const nint DefaultAction = 0; // SIG_DFL

    private readonly List<PosixSignalRegistration> _registrations = [];

    /// <summary>The handler runs on a thread of the pool and replaces what the signal would do.</summary>
    public Signals On(Action handler, params ReadOnlySpan<PosixSignal> signals)
    {
        foreach (var signal in signals)
            _registrations.Add(PosixSignalRegistration.Create(signal, context =>
            {
                context.Cancel = true;
                handler();
            }));
        return this;
    }

    /// <summary>Undoes what a parent process ignored for us: the runtime would leave an ignored signal ignored.</summary>
    public static void TakeBack(params ReadOnlySpan<PosixSignal> signals)
    {
        foreach (var signal in signals)
            Posix.SetSignal(NumberOf(signal), DefaultAction);
    }

    public void Dispose()
    {
        foreach (var registration in _registrations)
            registration.Dispose();
        _registrations.Clear();
    }

    private static int NumberOf(PosixSignal signal) => signal switch
    {
        PosixSignal.SIGINT => 2,
        PosixSignal.SIGQUIT => 3,
        PosixSignal.SIGTSTP => OperatingSystem.IsLinux() ? 20 : 18,
        _ => throw new ArgumentOutOfRangeException(nameof(signal), signal, "Not a signal of the terminal."),
    };
}
