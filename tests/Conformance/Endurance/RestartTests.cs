using Postern.Conformance.Support;
using Postern.Conformance.Support.Persons;
using Postern.Conformance.Support.Servers;

namespace Postern.Conformance.Endurance;

/// <summary>Gateways and agents that end and come back.</summary>
public sealed class RestartTests
{
    /// <summary>AWS's agent waits 5 to 10 s after a connection that failed, and a little more each time.</summary>
    private static readonly TimeSpan ComeBack = TimeSpan.FromSeconds(60);

    public static TheoryData<bool> Killed => [false, true];

    [Theory]
    [MemberData(nameof(Killed))]
    public async Task Nodes_and_sessions_come_back_after_the_gateway_does(bool killed)
    {
        await using var gateway = await Gateway.StartAsync();
        await using var node = await OurNode.StartAsync(gateway);
        await using var server = new EchoServer();
        await using var tunnel = await Tunnel.OpenAsync(node, null, server.Port);
        await Traffic.EchoesAsync(tunnel.Port, 1000, seed: 1);

        if (killed)
            await gateway.KillAsync();
        else
            Assert.Equal(0, await gateway.StopAsync());
        await gateway.StartAgainAsync();

        await node.OnlineAsync();
        await using var another = await Tunnel.OpenAsync(node, null, server.Port);
        await Traffic.EchoesAsync(another.Port, 1000, seed: 2);
        if (killed)
        {
            // Nobody told the ends to stop: both attach again and the tunnel goes on.
            await Traffic.EchoesAsync(tunnel.Port, 1000, seed: 3);
        }
    }

    [Fact]
    public async Task AWSs_agent_comes_back_after_the_gateway_does()
    {
        Assert.SkipWhen(StockNode.Unavailable is not null, StockNode.Unavailable ?? "");
        await using var gateway = await Gateway.StartAsync();
        await using var node = await StockNode.StartAsync(gateway);

        Assert.Equal(0, await gateway.StopAsync());
        await gateway.StartAgainAsync();

        await Deadline.UntilAsync($"{node.Id} online", async () =>
            (await gateway.Api.CallAsync("GetConnectionStatus", new { Target = node.Id }))["Status"]!.GetValue<string>() == "connected", ComeBack);
    }

    [Theory]
    [InlineData(Native.SigTerm)]
    [InlineData(Native.SigKill)]
    public async Task A_person_is_told_when_the_agent_ends_and_the_node_comes_back_with_it(int signal)
    {
        await using var gateway = await Gateway.StartAsync();
        await using var node = await OurNode.StartAsync(gateway);
        await using var shell = TerminalProcess.Start(PosternPerson.Postern(gateway, "start", node.Id));
        await shell.SeesAsync(@"[$#] ");

        await node.StopAsync(signal);

        Assert.NotEqual(0, await shell.ExitAsync());
        await Deadline.UntilAsync("the session to be over", async () => (await gateway.Api.ActiveSessionsAsync()).Count == 0);

        await node.StartAsync();
        await using var again = TerminalProcess.Start(PosternPerson.Postern(gateway, "start", node.Id));
        await again.SeesAsync(@"[$#] ");
        await again.AnswersAsync("echo ba''ck", "back");
    }

    [Fact]
    public async Task Gateway_and_agent_told_to_stop_at_the_same_moment_both_end_well()
    {
        await using var gateway = await Gateway.StartAsync();
        await using var node = await OurNode.StartAsync(gateway);
        await using var server = new EchoServer();
        await using var first = await Tunnel.OpenAsync(node, null, server.Port);
        await using var second = await Tunnel.OpenAsync(node, null, server.Port);

        var exitCodes = await Task.WhenAll(node.StopAsync(), gateway.StopAsync());

        Assert.Equal([0, 0], exitCodes);
    }
}
