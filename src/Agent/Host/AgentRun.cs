using Postern.Agent.Control;
using Postern.Agent.Pty;
using Postern.Agent.Registration;
using Postern.Agent.Sessions;
using Postern.Agent.Sessions.Shell;

namespace Postern.Agent.Host;

/// <summary><c>postern-agent run</c>: everything a registered node does, until it is told to stop.</summary>
internal sealed class AgentRun(AgentDirectory directory, bool allowSudo, AgentLog log, TimeProvider time)
{
    /// <summary>Ending sessions takes two seconds at most, reporting them three; more is not worth waiting for.</summary>
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(6);

    /// <summary>Runs until the token is cancelled, then ends the sessions.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        var (registration, key) = directory.Load();
        using var held = directory.Lock();
        using var rsa = key;
        using var handler = new ClockWatch(GatewayHttp.CreateHandler(registration.CaFile is { } ca ? directory.In(ca) : null), time);
        var endpoint = new Uri(registration.Endpoint);
        var reachability = new Reachability(endpoint, handler, log, time);
        var credentials = new NodeCredentials(time);
        using var link = new GatewayLink(registration, rsa, handler, credentials, time);
        using var poller = new Poller();
        var services = new SessionServices
        {
            NodeId = registration.InstanceId,
            Poller = poller,
            Users = new SessionUsers(allowSudo || registration.AllowSudo, poller, log),
            Time = time,
            Log = log,
        };
        var replies = new TaskReplies(registration.InstanceId, log, time);
        var sessions = new SessionTable(services, link.OpenDataAsync, replies);
        var control = new ControlChannel(link, new ControlMessages(sessions, replies, log), replies, reachability, log, time);
        var information = new NodeInformation(link, registration, credentials, reachability, time);

        log.Info($"postern-agent {AgentVersion.Text}: node {registration.InstanceId}, gateway {endpoint}");
        using var life = new CancellationTokenSource();
        Task[] work =
        [
            credentials.RunAsync(link, registration.Fingerprint, reachability, life.Token),
            information.RunAsync(life.Token),
            control.RunAsync(life.Token),
        ];
        // None of them ends by itself; one that does has broken, and then all stop.
        var first = await Task.WhenAny([Task.Delay(Timeout.Infinite, stop), .. work]);
        await EndSessionsAsync(sessions, registration.InstanceId);
        await life.CancelAsync();
        await Task.WhenAll(work).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!stop.IsCancellationRequested)
            await first;
        log.Info("stopped");
    }

    private async Task EndSessionsAsync(SessionTable sessions, string nodeId)
    {
        try
        {
            await sessions.EndAllAsync($"the agent on {nodeId} is stopping").WaitAsync(StopLimit, time);
        }
        catch (TimeoutException)
        {
            log.Warning($"{sessions.Count} sessions did not end in time; their programs end with the agent's terminals");
        }
    }
}
