using Postern.Conformance.Support;
using Postern.Conformance.Support.Persons;
using Postern.Conformance.Support.Servers;

namespace Postern.Conformance.Endurance;

/// <summary>A gateway, a node and destinations of their own, so that everything on them can be counted.</summary>
internal sealed class Place : IAsyncDisposable
{
    private readonly Gateway _gateway;
    private readonly Node _node;
    private readonly Person _person;
    private readonly EchoServer _server = new();

    private Place(Gateway gateway, Node node, Person person)
    {
        _gateway = gateway;
        _node = node;
        _person = person;
    }

    public static async Task<Place> MakeAsync(string ends)
    {
        var stock = ends == World.StockAgent;
        Assert.SkipWhen(stock && StockNode.Unavailable is not null, StockNode.Unavailable ?? "");
        var person = World.Person(stock ? new AwsPerson(AwsCli.AnyVersion, stockPlugin: true).Name : "postern");
        var gateway = await Gateway.StartAsync();
        Node node = stock ? await StockNode.StartAsync(gateway) : await OurNode.StartAsync(gateway);
        return new(gateway, node, person);
    }

    /// <summary>Sockets that the gateway and the agent hold.</summary>
    public (int Gateway, int Agent) Sockets() => (ProcessTree.Sockets(_gateway.ProcessId), ProcessTree.Sockets(_node.ProcessId));

    /// <summary>Opens a session, uses it, and leaves in one of the ways that clients go.</summary>
    public Task UseAsync(string kind, int number) => kind switch
    {
        "port" => UsePortAsync((Leave)(number % 4)),
        "ssh" => UseSshAsync((Leave)(number % 4)),
        _ => UseShellAsync((Leave)(number % 4)),
    };

    /// <summary>No session is live, nothing of them runs on the node, no connection at the destination, no more sockets than before.</summary>
    public async Task NothingStaysAsync(TimeSpan within, (int Gateway, int Agent) before)
    {
        await Deadline.UntilAsync("no session to be live", async () => (await _gateway.Api.ActiveSessionsAsync()).Count == 0, within);
        try
        {
            await Deadline.UntilAsync("no process of a session on the node", () => _node.ProcessesOfSessions().Count == 0, within);
        }
        catch (TimeoutException timeout)
        {
            throw new TimeoutException($"{timeout.Message}; these run:\n{string.Join('\n', _node.ProcessesOfSessions())}");
        }
        await Deadline.UntilAsync("no connection at the destination", () => _server.Open == 0, within);
        await Deadline.UntilAsync("no socket left behind", () => Sockets().Gateway <= before.Gateway && Sockets().Agent <= before.Agent, within);
    }

    public async ValueTask DisposeAsync()
    {
        await _node.DisposeAsync();
        await _gateway.DisposeAsync();
        await _server.DisposeAsync();
    }

    private async Task UsePortAsync(Leave leave)
    {
        var port = FreePort.Take();
        await using var network = NetworkOf(leave);
        await using var forward = TerminalProcess.Start(Through(network, _person.Forward(_gateway, _node.Id, port, _server.Port)));
        await _person.ForwardReadyAsync(forward);
        await Traffic.EchoesAsync(port, 2000, seed: port);
        await LeaveAsync(forward, leave, network, () => forward.SendAsync("\x03"));
    }

    private async Task UseShellAsync(Leave leave)
    {
        await using var network = NetworkOf(leave);
        await using var shell = TerminalProcess.Start(Through(network, _person.Shell(_gateway, _node.Id)));
        await shell.SeesAsync(@"[$#] ");
        await shell.AnswersAsync("echo us''ed", "used");
        await LeaveAsync(shell, leave, network, () => shell.TypeAsync("exit"));
    }

    // The echo server stands in for an SSH server: the session carries bytes either way.
    private async Task UseSshAsync(Leave leave)
    {
        await using var network = NetworkOf(leave);
        await using var child = Child.StartRaw(Through(network, _person.Ssh(_gateway, _node.Id, $"{_server.Port}")));
        var output = new Transcript();
        var copying = output.CopyFromAsync(child.RawOutput);
        await child.Input.WriteAsync("SSH-2.0-somebody\r\n"u8.ToArray());
        await child.Input.FlushAsync();
        await output.WaitForAsync(new("SSH-2.0-somebody"));
        if (leave == Leave.Politely)
            child.Input.Close();
        else
            await EndAsync(child.Id, leave, network);
        await child.ExitAsync();
        await copying;
    }

    private static async Task LeaveAsync(TerminalProcess program, Leave leave, CuttableProxy? network, Func<Task> politely)
    {
        if (leave == Leave.Politely)
        {
            await politely();
            Assert.Equal(0, await program.ExitAsync());
            return;
        }
        await EndAsync(program.Id, leave, network);
        await program.ExitAsync();
    }

    // A client that is cut loses its network for good before it is killed: nothing it says reaches the gateway.
    private static async Task EndAsync(int root, Leave leave, CuttableProxy? network)
    {
        if (network is not null)
            await network.DisposeAsync();
        Signal(root, leave == Leave.Terminated ? Native.SigTerm : Native.SigKill);
    }

    // The AWS CLI is the parent of its plugin: a terminal that closes ends both.
    private static void Signal(int root, int signal)
    {
        var below = ProcessTree.Below(root).Select(line => int.Parse(line.Split(' ')[0])).ToList();
        foreach (var id in below.Append(root))
            Native.Signal(id, signal);
    }

    private CuttableProxy? NetworkOf(Leave leave) => leave == Leave.Cut ? new CuttableProxy(_gateway.Port) : null;

    private Command Through(CuttableProxy? network, Command command) => network is null ? command : network.Between(command, _gateway);

    private enum Leave
    {
        Politely,
        Terminated,
        Killed,
        Cut,
    }
}
