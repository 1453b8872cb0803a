using System.Runtime.InteropServices;

namespace Postern.Agent.Host;

/// <summary>Turns the signals that ask a service to stop into a token.</summary>
internal sealed class StopSignal : IDisposable
{
    private static readonly PosixSignal[] Signals = [PosixSignal.SIGTERM, PosixSignal.SIGINT, PosixSignal.SIGHUP];

    private readonly CancellationTokenSource _stop = new();
    private readonly List<PosixSignalRegistration> _registrations = [];

    public StopSignal(AgentLog log)
    {
        foreach (var signal in Signals)
            _registrations.Add(PosixSignalRegistration.Create(signal, context =>
            {
                context.Cancel = true; // the process ends when the sessions have
                log.Info($"{context.Signal}: stopping");
                _stop.Cancel();
            }));
    }

    public CancellationToken Token => _stop.Token;

    public void Dispose()
    {
        _registrations.ForEach(registration => registration.Dispose());
        _stop.Dispose();
    }
}
