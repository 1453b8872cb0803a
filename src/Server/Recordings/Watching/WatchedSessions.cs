using Postern.Protocol.AwsJson;
using Postern.Protocol.Recordings;

namespace Postern.Server.Recordings.Watching;

/// <summary>The sessions that are watched on this gateway.</summary>
internal sealed class WatchedSessions(Recorder recorder, RecordingFolder folder, RecordingKeys keys, TimeProvider time) : IAsyncDisposable
{
    private const int MaxWatched = 100;

    private readonly Dictionary<string, WatchedSession> _sessions = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim _adding = new(1, 1);

    /// <summary>The session when it is watched already.</summary>
    public async Task<WatchedSession?> FindAsync(string id, CancellationToken cancellationToken)
    {
        await _adding.WaitAsync(cancellationToken);
        try
        {
            return _sessions.TryGetValue(id, out var known) && !known.Over.IsCompleted ? known : null;
        }
        finally
        {
            _adding.Release();
        }
    }

    /// <summary>The session, with its screen as it is now.</summary>
    /// <exception cref="AwsErrorException">DoesNotExistException, LimitExceededException or RecordingDamagedException.</exception>
    public async Task<WatchedSession> OpenAsync(string id, CancellationToken cancellationToken)
    {
        WatchedSession watched;
        await _adding.WaitAsync(cancellationToken);
        try
        {
            foreach (var over in _sessions.Where(one => one.Value.Over.IsCompleted).Select(one => one.Key).ToList())
                _sessions.Remove(over);
            if (!_sessions.TryGetValue(id, out var known))
            {
                if (_sessions.Count >= MaxWatched)
                    throw new AwsErrorException("LimitExceededException", $"{MaxWatched} sessions are watched on this gateway, as many as may be.");
                known = _sessions[id] = await BeginAsync(id, cancellationToken);
            }
            watched = known;
        }
        finally
        {
            _adding.Release();
        }
        await watched.CaughtUp.WaitAsync(cancellationToken);
        return watched;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var watched in _sessions.Values)
            await watched.StopAsync();
        _adding.Dispose();
    }

    private async Task<WatchedSession> BeginAsync(string id, CancellationToken cancellationToken)
    {
        var recording = recorder.Find(id) ?? throw new AwsErrorException("DoesNotExistException", $"Session {id} is not live on this gateway, or is not recorded; only what is recorded can be watched. Play what was recorded: postern replay {id}");
        if (recording.Kind is not (RecordingKinds.Shell or RecordingKinds.Command))
            throw new AwsErrorException("ValidationException", $"Session {id} is a {recording.Kind} session and has no screen to watch.");
        await recording.FlushAsync(cancellationToken);
        var file = folder.OpenRead(recording.RelativePath)
            ?? throw new AwsErrorException("DoesNotExistException", $"Nothing has passed through session {id} yet. Try again once something has.");
        try
        {
            return new WatchedSession(recording, file, await RecordingReader.OpenOwnAsync(file, keys.SealingKey, id, cancellationToken), time);
        }
        catch (RecordingDamagedException e)
        {
            await file.DisposeAsync();
            throw new AwsErrorException("RecordingDamagedException", $"The recording of session {id} is damaged: {e.Message}");
        }
    }
}
