using Postern.Conformance.Support;
using Postern.Conformance.Support.Servers;

namespace Postern.Conformance.Sessions;

/// <summary>Ports of a node, and of hosts near it, as ports of this machine.</summary>
public sealed class PortTests(World world)
{
    private const int Size = 200_000;

    [Theory]
    [MemberData(nameof(World.Matrix), MemberType = typeof(World))]
    public Task A_port_of_the_node_carries_many_connections_at_once(string agent, string person) => CarriesAsync(agent, person, host: null);

    [Theory]
    [MemberData(nameof(World.Matrix), MemberType = typeof(World))]
    public Task A_port_of_another_host_carries_many_connections_at_once(string agent, string person) => CarriesAsync(agent, person, host: "localhost");

    private async Task CarriesAsync(string agent, string person, string? host)
    {
        var way = World.Person(person);
        var node = await world.NodeAsync(agent);
        await using var server = new EchoServer();
        var port = FreePort.Take();
        await using var forward = TerminalProcess.Start(way.Forward(node.Gateway, node.Id, port, server.Port, host));
        var session = await way.ForwardReadyAsync(forward);

        await Task.WhenAll(Enumerable.Range(0, 5).Select(seed => Traffic.EchoesAsync(port, Size, seed)));
        await Traffic.EchoesAsync(port, 1, seed: 99);

        await forward.SendAsync("\x03");
        Assert.Equal(0, await forward.ExitAsync());
        await Deadline.UntilAsync($"{session} to be over", async () => !(await node.Gateway.Api.ActiveSessionsAsync()).Contains(session));
        await Deadline.UntilAsync("the connections at the destination to end", () => server.Open == 0);
    }
}
