using System.Collections.Concurrent;
using Postern.Server.Recordings;
using Postern.Server.Sessions;

namespace Postern.Server.Gateway;

/// <summary>The relays of this gateway, one for each session that an end has come to.</summary>
internal sealed class Relays(LiveSessions sessions, Recorder recorder, RelayOptions options, TimeProvider time, ILogger<Relays> log) : IHostedService
{
    private readonly ConcurrentDictionary<string, SessionRelay> _relays = new(StringComparer.Ordinal);
    private readonly Lock _adding = new();
    private bool _stopped;

    public int Count => _relays.Count;

    /// <summary>The relay of a session; null when the session has ended and nothing of it is left in memory.</summary>
    public async ValueTask<SessionRelay?> FindAsync(string sessionId, CancellationToken cancellationToken)
    {
        if (_relays.TryGetValue(sessionId, out var relay))
            return relay;
        if (await sessions.FindAsync(sessionId, cancellationToken) is not { } session)
            return null;
        var recording = await recorder.OpenAsync(session, cancellationToken);
        lock (_adding)
        {
            if (_relays.TryGetValue(sessionId, out relay))
                return relay;
            if (_stopped || session.Over.IsCompleted)
                return null;
            return _relays[sessionId] = new SessionRelay(session, options, time, log, Forget, recording);
        }
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Lets go of all ends; their sessions stay live.</summary>
    public Task StopAsync(CancellationToken cancellationToken)
    {
        lock (_adding)
            _stopped = true;
        return Task.WhenAll(_relays.Values.Select(relay => relay.StopAsync())).WaitAsync(cancellationToken);
    }

    // Under the lock: a relay must not be forgotten before it was entered.
    private void Forget(SessionRelay relay)
    {
        lock (_adding)
            _relays.TryRemove(new KeyValuePair<string, SessionRelay>(relay.SessionId, relay));
    }
}
