using Postern.Agent.Host;

namespace Postern.Agent.Control;

/// <summary>Tells the person who looks after the node when the gateway cannot be reached, and when it is back: once each, not at every try.</summary>
internal sealed class Reachability(Uri endpoint, ClockWatch clock, AgentLog log, TimeProvider time)
{
    private readonly Lock _gate = new();
    private string? _reason;
    private long _since;

    public void Failed(Exception error)
    {
        var reason = GatewayFailure.Describe(error, endpoint, clock.Skew);
        lock (_gate)
        {
            if (_reason == reason)
                return;
            if (_reason is null)
                _since = time.GetTimestamp();
            _reason = reason;
        }
        log.Error($"cannot use the gateway {endpoint}: {reason}; trying again until it works");
    }

    public void Reached()
    {
        TimeSpan away;
        lock (_gate)
        {
            if (_reason is null)
                return;
            _reason = null;
            away = time.GetElapsedTime(_since);
        }
        log.Info($"the gateway {endpoint} is back after {away.TotalSeconds:0} s");
    }
}
