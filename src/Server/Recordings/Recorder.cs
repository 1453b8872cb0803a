using Postern.Protocol.Recordings;
using Postern.Server.Sessions;
using Postern.Server.Settings;

namespace Postern.Server.Recordings;

/// <summary>The recordings of this gateway's live sessions.</summary>
internal sealed class Recorder(
    RecordingFolder folder, RecordingKeys keys, RecordingWriter writer, RecordingCatalog catalog, RecordingAdmission admission, RecordingLimits limits, ServerOptions options, TimeProvider time, ILogger<Recorder> log) : IHostedService
{
    private readonly Dictionary<string, Task<SessionRecording?>> _recordings = new(StringComparer.Ordinal);
    // Those of them that are open.
    private readonly Dictionary<string, SessionRecording> _live = new(StringComparer.Ordinal);
    // Those that could not be begun: there is nothing to wait for, and nothing is tried again while the session goes on.
    private readonly HashSet<string> _unrecorded = new(StringComparer.Ordinal);
    private readonly Lock _lock = new();

    /// <summary>The recording of a session; it is begun, or gone on with. Null: the session is not recorded.</summary>
    public Task<SessionRecording?> OpenAsync(LiveSession session, CancellationToken cancellationToken)
    {
        if (ModeOf(session.Row) == RecordingMode.Off)
            return Task.FromResult<SessionRecording?>(null);
        Task<SessionRecording?>? opening;
        lock (_lock)
            if (!_recordings.TryGetValue(session.Id, out opening))
                _recordings[session.Id] = opening = BeginAsync(session);
        return opening.WaitAsync(cancellationToken);
    }

    /// <summary>The recording of a session that is live here and recorded; else null.</summary>
    public SessionRecording? Find(string sessionId)
    {
        lock (_lock)
            return _live.GetValueOrDefault(sessionId);
    }

    /// <summary>As the table has it once the recording's first chunk was entered there; null when the session is not recorded here now.</summary>
    public RecordingRow? RowOf(string sessionId) => Find(sessionId) is { } recording ? catalog.RowOf(recording) : null;

    /// <summary>Somebody writes it, or is about to.</summary>
    public bool IsOpen(string sessionId)
    {
        lock (_lock)
            return _recordings.ContainsKey(sessionId) && !_unrecorded.Contains(sessionId);
    }

    /// <summary>Sessions that are recorded now.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
                return _recordings.Count - _unrecorded.Count;
        }
    }

    /// <summary>Forgets that sessions could not be recorded, once they are over.</summary>
    public void ForgetUnrecorded(Predicate<string> isOver)
    {
        lock (_lock)
            _unrecorded.RemoveWhere(id => isOver(id) && _recordings.Remove(id));
    }

    public RecordingMode ModeOf(SessionRow row) => row.Recording is { } name && RecordingModes.Find(name) is { } mode ? mode : options.Recording;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>What was recorded is put on the disk; the next process goes on. The relays have let go of their sessions.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        Task<SessionRecording?>[] all;
        lock (_lock)
            all = [.. _recordings.Values];
        foreach (var opening in all)
            if (await opening is { } recording)
            {
                recording.Close(null);
                await recording.Closed.WaitAsync(cancellationToken);
            }
    }

    private async Task<SessionRecording?> BeginAsync(LiveSession session)
    {
        var mode = ModeOf(session.Row);
        var path = RecordingFolder.PathOf(session.Row);
        try
        {
            var start = session.IsTakenOver ? await folder.ContinueAsync(path, keys, CancellationToken.None) : null;
            var number = session.IsTakenOver ? -1 : 0;
            start ??= new RecordingStart(RecordingFile.New(folder.Full(path), () => FactsOf(session.Row, mode), keys), default, 0, number, number,
                session.IsTakenOver ? "The recording begins here, in the middle of the session." : null);
            var recording = new SessionRecording(session, mode, path, start, writer, limits, time, Told);
            lock (_lock)
                _live[session.Id] = recording;
            return recording;
        }
        catch (Exception e)
        {
            lock (_lock)
                _unrecorded.Add(session.Id);
            log.Failed(session.Id, e.Message, mode == RecordingMode.IfPossible ? "it goes on unrecorded" : "it ends");
            catalog.Failed(session, mode, e.Message);
            if (mode != RecordingMode.IfPossible)
                await session.PostAsync(new SessionEvent.Fail(RecordingCatalog.CannotBeRecorded(e.Message)), CancellationToken.None);
            return null;
        }
    }

    private RecordingFacts FactsOf(SessionRow row, RecordingMode mode) => new()
    {
        SessionId = row.Id,
        Kind = RecordingKinds.Of(row),
        Mode = RecordingModes.NameOf(mode),
        StartedAt = row.StartedAt,
        Owner = row.OwnerArn,
        OwnerId = row.OwnerId,
        Node = row.NodeId,
        Document = row.DocumentName,
        DocumentVersion = row.DocumentVersion,
        Parameters = RecordedParameters.Of(row.Parameters),
        Reason = row.Reason,
        Account = options.Account,
        Region = options.Region,
    };

    private void Told(SessionRecording recording, RecordingNews news)
    {
        switch (news)
        {
            case RecordingNews.Failed:
                admission.Doubt();
                log.Failed(recording.SessionId, recording.Failure ?? "", recording.Mode == RecordingMode.IfPossible ? "it goes on, its recording has a gap" : "it ends");
                break;
            case RecordingNews.Recovered:
                log.Recovered(recording.SessionId);
                break;
            case RecordingNews.Ended or RecordingNews.Abandoned:
                lock (_lock)
                {
                    _recordings.Remove(recording.SessionId);
                    _live.Remove(recording.SessionId);
                }
                break;
        }
        catalog.Told(recording, news);
    }

    /// <summary>The name under which this gateway enters its recordings.</summary>
    public string GatewayName => options.Name;
}
