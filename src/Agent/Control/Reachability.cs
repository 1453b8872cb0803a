using Postern.Agent.Host;

namespace Postern.Agent.Control;

/// <summary>Tells the person who looks after the node when the gateway cannot be reached, and when it is back: once each, not at every try.</summary>
internal sealed class Reachability(Uri endpoint, ClockWatch clock, AgentLog log, TimeProvider time)
{
    private const int MostReasons = 10;

    private readonly Lock _gate = new();
    private readonly HashSet<string> _told = []; // reasons of the present outage; each is told once, even if they take turns
    private long _since;

    public void Failed(Exception error)
    {
        var reason = GatewayFailure.Describe(error, endpoint, clock.Skew);
        lock (_gate)
        {
            if (_told.Count == 0)
                _since = time.GetTimestamp();
            if (_told.Count == MostReasons || !_told.Add(reason))
                return;
        }
        log.Error($"cannot use the gateway {endpoint}: {reason}; trying again until it works");
    }

    public void Reached()
    {
        TimeSpan away;
        lock (_gate)
        {
            if (_told.Count == 0)
                return;
            _told.Clear();
            away = time.GetElapsedTime(_since);
        }
        log.Info($"the gateway {endpoint} is back after {away.TotalSeconds:0} s");
    }
}
