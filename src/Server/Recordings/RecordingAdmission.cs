using Postern.Server.Documents;
using Postern.Server.Sessions;
using Postern.Server.Settings;

namespace Postern.Server.Recordings;

/// <summary>No session that must be recorded begins while recordings cannot be written.</summary>
internal sealed class RecordingAdmission(RecordingFolder folder, RecordingLimits limits, ServerOptions options, TimeProvider time, SessionAdmission admission) : IHostedService
{
    private readonly Lock _lock = new();
    private volatile bool _doubtful = true;
    private long _lookedAt;
    private string? _fault;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        admission.Require(RefusalOf);
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Something could not be written: it is tried before the next session.</summary>
    public void Doubt() => _doubtful = true;

    private string? RefusalOf(ResolvedSession session)
    {
        var mode = session.Inputs.Recording is { } name && RecordingModes.Find(name) is { } own ? own : options.Recording;
        return mode is RecordingMode.Required or RecordingMode.Strict && Fault() is { } fault ? RecordingCatalog.CannotBeRecorded(fault) : null;
    }

    /// <summary>Looked at once a second, whoever asks; written only after something went wrong.</summary>
    private string? Fault()
    {
        lock (_lock)
        {
            if (_lookedAt != 0 && time.GetElapsedTime(_lookedAt) < limits.LookInterval)
                return _fault;
            _lookedAt = time.GetTimestamp();
            _fault = folder.FaultOf(limits.LeastFree, write: _doubtful);
            _doubtful &= _fault is not null;
            return _fault;
        }
    }
}
