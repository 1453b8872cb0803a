using Postern.Bench.Processes;
using Postern.Bench.Torture.Flows;
using Postern.Bench.Torture.Places;

namespace Postern.Bench.Torture.Faults;

/// <summary>Does one fault to a place and returns when it is over: what comes after is recovery.</summary>
internal sealed class Fault(FaultKind kind, Place place, Random random)
{
    private const int LongestFreeze = 4000, LongestAbsence = 1500, Shortest = 100;
    /// <summary>An HTTP connection or a control channel passes less, a data channel more.</summary>
    private const int QuietBytes = 24 * 1024;
    private static readonly TimeSpan Settled = TimeSpan.FromSeconds(1);

    private readonly int _client = random.Next(place.Clients.Count);

    public FaultKind Kind => kind;

    /// <summary>Completes when the fault is over.</summary>
    public Task HappenAsync(CancellationToken cancellationToken) => kind switch
    {
        FaultKind.GatewayKilled => RestartAsync(Native.SigKill, cancellationToken),
        FaultKind.GatewayStopped => RestartAsync(Native.SigTerm, cancellationToken),
        FaultKind.GatewayFrozen => FreezeAsync(place.Gateway.ProcessId, cancellationToken),
        FaultKind.AgentFrozen => FreezeAsync(place.Node.ProcessId, cancellationToken),
        FaultKind.ClientFrozen => FreezeClientAsync(cancellationToken),
        FaultKind.ClientReset => Each(place.Clients[_client].Network.Links, link => link.Reset()),
        FaultKind.ClientClosed => Each(place.Clients[_client].Network.Links, link => link.Finish()),
        FaultKind.ClientSilent => Each(place.Clients[_client].Network.Links, link => link.Silence()),
        FaultKind.AgentDataReset => Each(DataLinks(), link => link.Reset()),
        FaultKind.AgentDataClosed => Each(DataLinks(), link => link.Finish()),
        FaultKind.AgentDataSilent => Each(DataLinks(), link => link.Silence()),
        FaultKind.ControlReset => Each(QuietLinks(), link => link.Reset()),
        FaultKind.ControlSilent => Each(QuietLinks(), link => link.Silence()),
        FaultKind.AgentReset => Each(place.NodeNetwork.Links, link => link.Reset()),
        FaultKind.LinkStalled => StallAsync(AnyNetwork(), cancellationToken),
        FaultKind.LinkDown => TakeDownAsync(AnyNetwork(), cancellationToken),
        _ => throw new InvalidOperationException($"There is no fault {kind}."),
    };

    private static Task Each(IEnumerable<Link> links, Action<Link> act)
    {
        foreach (var link in links)
            act(link);
        return Task.CompletedTask;
    }

    private static bool IsQuiet(Link link) => link.Passed < QuietBytes && link.Age > Settled;

    /// <summary>All of the agent's data channels, or one in two.</summary>
    private List<Link> DataLinks()
    {
        var all = random.Next(2) == 0;
        return [.. place.NodeNetwork.Links.Where(link => !IsQuiet(link)).Where(_ => all || random.Next(2) == 0)];
    }

    private IEnumerable<Link> QuietLinks() => place.NodeNetwork.Links.Where(IsQuiet);

    private Network AnyNetwork() => random.Next(2) == 0 ? place.NodeNetwork : place.Clients[_client].Network;

    private TimeSpan UpTo(int milliseconds) => TimeSpan.FromMilliseconds(random.Next(Shortest, milliseconds));

    private async Task RestartAsync(int signal, CancellationToken cancellationToken)
    {
        await place.Gateway.EndAsync(signal, cancellationToken);
        await Task.Delay(UpTo(LongestAbsence), cancellationToken);
        await place.Gateway.StartAgainAsync(cancellationToken);
    }

    private async Task FreezeAsync(int process, CancellationToken cancellationToken)
    {
        Native.Signal(process, Native.SigStop);
        try
        {
            await Task.Delay(UpTo(LongestFreeze), cancellationToken);
        }
        finally
        {
            Native.Signal(process, Native.SigContinue);
        }
    }

    private async Task FreezeClientAsync(CancellationToken cancellationToken)
    {
        var shell = place.Clients[_client].Screen is null ? null : place.Flows.OfType<ShellFlow>().Single();
        if (shell is not null)
            shell.Paused = true;
        await FreezeAsync(place.Clients[_client].ProcessId, cancellationToken);
        if (shell is null)
            return;
        await Task.Delay(Settled, cancellationToken);
        shell.Paused = false;
    }

    private async Task StallAsync(Network network, CancellationToken cancellationToken)
    {
        network.Stall();
        try
        {
            await Task.Delay(UpTo(LongestFreeze), cancellationToken);
        }
        finally
        {
            network.Release();
        }
    }

    private async Task TakeDownAsync(Network network, CancellationToken cancellationToken)
    {
        network.SetDown(true);
        try
        {
            await Each(network.Links, link => link.Reset());
            await Task.Delay(UpTo(LongestFreeze), cancellationToken);
        }
        finally
        {
            network.SetDown(false);
        }
    }
}
