using Postern.Conformance.Support;
using Postern.Conformance.Support.Persons;
using Postern.Conformance.Support.Servers;

namespace Postern.Conformance.Endurance;

/// <summary>What happens to sessions.</summary>
internal enum Outage
{
    GatewayKilled,
    GatewayStopped,
    AgentCut,
    ClientCut,
}

/// <summary>A gateway, an agent and a person, with a network that can be cut between each two.</summary>
internal sealed class OutagePlace : IAsyncDisposable
{
    private static readonly TimeSpan ComeBack = TimeSpan.FromSeconds(60);

    private readonly Stack<IAsyncDisposable> _owned = new();
    private readonly List<string> _sessions = [];
    private readonly Person _person;
    private Gateway _gateway = null!;
    private CuttableProxy _nearAgent = null!, _nearPerson = null!;
    private EchoServer _server = null!;
    private Node _node = null!;
    private int _backAfter;

    private OutagePlace(Person person) => _person = person;

    public static async Task<OutagePlace> StartAsync(string agent, string person)
    {
        Assert.SkipWhen(agent == World.StockAgent && StockNode.Unavailable is not null, StockNode.Unavailable ?? "");
        var place = new OutagePlace(World.Person(person));
        try
        {
            place._gateway = place.Own(await Gateway.StartAsync());
            place._nearAgent = place.Own(new CuttableProxy(place._gateway.Port));
            place._nearPerson = place.Own(new CuttableProxy(place._gateway.Port));
            place._server = place.Own(new EchoServer());
            place._node = place.Own<Node>(agent == World.StockAgent
                ? await StockNode.StartAsync(place._gateway, place._nearAgent)
                : await OurNode.StartAsync(place._gateway, place._nearAgent));
            return place;
        }
        catch
        {
            await place.DisposeAsync();
            throw;
        }
    }

    public async Task<TerminalProcess> OpenShellAsync()
    {
        var before = await _gateway.Api.ActiveSessionsAsync();
        var shell = Own(TerminalProcess.Start(_nearPerson.Between(_person.Shell(_gateway, _node.Id), _gateway)));
        await shell.SeesAsync(@"[$#] ", within: ComeBack);
        await shell.AnswersAsync("word=kept; echo re''ady", "ready");
        _sessions.AddRange((await _gateway.Api.ActiveSessionsAsync()).Except(before));
        return shell;
    }

    public async Task<int> OpenForwardAsync()
    {
        var port = FreePort.Take();
        var forward = Own(TerminalProcess.Start(_nearPerson.Between(_person.Forward(_gateway, _node.Id, port, _server.Port), _gateway)));
        _sessions.Add(await _person.ForwardReadyAsync(forward));
        return port;
    }

    /// <summary>AWS's plugin ends when it has to write to a connection that is gone.</summary>
    public async Task QuietAsync()
    {
        if (_person.Slow)
            await _nearPerson.QuietAsync();
    }

    /// <summary>How long there was no gateway.</summary>
    public async Task<TimeSpan> HappenAsync(Outage outage)
    {
        var clock = System.Diagnostics.Stopwatch.StartNew();
        switch (outage)
        {
            case Outage.GatewayKilled:
                await _gateway.KillAsync();
                await _gateway.StartAgainAsync();
                break;
            case Outage.GatewayStopped:
                await _gateway.StopAsync();
                await _gateway.StartAgainAsync();
                break;
            case Outage.AgentCut:
                _nearAgent.Cut();
                break;
            default:
                _nearPerson.Cut();
                _backAfter = 2 * _sessions.Count; // ResumeSession and the data channel of each
                break;
        }
        return clock.Elapsed;
    }

    /// <summary>Waits until both ends of every session are at the gateway again: AWS's plugin must not write before.</summary>
    public Task BackAsync() => !_person.Slow ? Task.CompletedTask : Deadline.UntilAsync("the sessions to be connected again", async () =>
    {
        var answer = await _gateway.Api.CallAsync("DescribeSessions", new { State = "Active" });
        var connected = answer["Sessions"]!.AsArray().Where(session => session!["Status"]!.GetValue<string>() == "Connected").Select(session => session!["SessionId"]!.GetValue<string>()).ToHashSet();
        return _sessions.TrueForAll(connected.Contains) && _nearPerson.SinceCut >= _backAfter && _nearPerson.Connections >= _sessions.Count && _nearAgent.Connections > _sessions.Count;
    }, ComeBack);

    public async ValueTask DisposeAsync()
    {
        while (_owned.TryPop(out var owned))
            await owned.DisposeAsync();
    }

    private T Own<T>(T owned) where T : IAsyncDisposable
    {
        _owned.Push(owned);
        return owned;
    }
}
