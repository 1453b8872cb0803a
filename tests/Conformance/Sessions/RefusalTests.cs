using Postern.Conformance.Support;
using Postern.Conformance.Support.Persons;

namespace Postern.Conformance.Sessions;

/// <summary>What a person sees when something is wrong: a text that names it, within seconds, and an exit code that is not zero.</summary>
public sealed class RefusalTests(World world)
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(15);

    public static TheoryData<string> Agents => [World.OurAgent, World.StockAgent];

    [Fact]
    public async Task An_unknown_node_is_named()
    {
        var gateway = await world.GatewayAsync();
        await RefusedAsync(PosternPerson.Postern(gateway, "start", "mi-00000000000000000"), "mi-00000000000000000");
        await RefusedAsync(PosternPerson.Postern(gateway, "forward", "no-such-name", "0:80"), "no-such-name");
    }

    [Fact]
    public async Task A_node_that_is_offline_is_named()
    {
        var gateway = await world.GatewayAsync();
        await using var node = await OurNode.StartAsync(gateway);
        await node.StopAsync();
        await Deadline.UntilAsync("the node to be offline", async () =>
            (await gateway.Api.CallAsync("GetConnectionStatus", new { Target = node.Id }))["Status"]!.GetValue<string>() == "notconnected");

        await RefusedAsync(PosternPerson.Postern(gateway, "start", node.Id), node.Id);
        var answer = await gateway.Api.TryAsync("StartSession", new { Target = node.Id });
        Assert.Equal("TargetNotConnected", answer.Error);
    }

    [Theory]
    [MemberData(nameof(Agents))]
    public async Task A_port_nobody_listens_on_is_named_by_forward(string agent)
    {
        var node = await world.NodeAsync(agent);
        var closed = FreePort.Take();
        await using var forward = TerminalProcess.Start(PosternPerson.Postern(node.Gateway, "forward", node.Id, $"0:{closed}"));
        // AWS's agent tells of a refusal only when somebody connects.
        if (agent == World.StockAgent)
            await ConnectUntilEndedAsync(forward);

        Assert.NotEqual(0, await forward.ExitAsync(Soon));
        Assert.Contains($"{closed}", forward.Screen.Text.Replace("\r\n", " "));
    }

    [Theory]
    [MemberData(nameof(Agents))]
    public async Task A_host_the_agent_cannot_resolve_is_named_by_forward(string agent)
    {
        var node = await world.NodeAsync(agent);
        await using var forward = TerminalProcess.Start(PosternPerson.Postern(node.Gateway, "forward", node.Id, "0:no-such-host.invalid:5432"));
        if (agent == World.StockAgent)
            await ConnectUntilEndedAsync(forward);

        Assert.NotEqual(0, await forward.ExitAsync(Soon));
        Assert.Contains("no-such-host.invalid", forward.Screen.Text);
    }

    [Fact]
    public async Task An_address_that_AWS_denies_is_denied()
    {
        var node = await world.NodeAsync(World.OurAgent);
        await RefusedAsync(PosternPerson.Postern(node.Gateway, "forward", node.Id, "0:169.254.169.254:80"), "169.254.169.254");
    }

    [Fact]
    public async Task Ssh_to_a_port_nobody_listens_on_ends_at_once()
    {
        var node = await world.NodeAsync(World.OurAgent);
        var closed = FreePort.Take();
        await RefusedAsync(PosternPerson.Postern(node.Gateway, "ssh", "--stdio", node.Id, $"{closed}"), $"{closed}");
    }

    [Fact]
    public async Task A_gateway_that_is_not_there_is_named()
    {
        var gateway = await world.GatewayAsync();
        var nowhere = $"https://127.0.0.1:{FreePort.Take()}";
        var command = PosternPerson.Postern(gateway, "nodes").With(new Dictionary<string, string?> { ["AWS_ENDPOINT_URL"] = nowhere });
        await RefusedAsync(command, nowhere["https://".Length..]);
    }

    [Fact]
    public async Task A_wrong_secret_is_told()
    {
        var gateway = await world.GatewayAsync();
        var command = PosternPerson.Postern(gateway, "nodes").With(new Dictionary<string, string?> { ["AWS_SECRET_ACCESS_KEY"] = new('x', 40) });
        var finished = await Child.RunAsync(command, within: Soon);
        Assert.NotEqual(0, finished.ExitCode);
        Assert.DoesNotContain(new string('x', 40), finished.All);
    }

    private static async Task RefusedAsync(Command command, string names)
    {
        await using var child = Child.Start(command);
        var exitCode = await child.ExitAsync(Soon);
        Assert.Contains(names, child.Errors.Text);
        Assert.NotEqual(0, exitCode);
    }

    private static async Task ConnectUntilEndedAsync(TerminalProcess forward)
    {
        var port = int.Parse((await forward.SeesAsync(@"127\.0\.0\.1:(?<port>\d+) ->")).Groups["port"].Value);
        try
        {
            await using var connection = await Traffic.ConnectAsync(port);
            await connection.WriteAsync("x"u8.ToArray());
            await Deadline.WithinAsync("the connection to be closed", connection.ReadAsync(new byte[1]).AsTask(), Soon);
        }
        catch (Exception failure) when (failure is IOException or System.Net.Sockets.SocketException)
        {
            // Reset instead of closed, or gone before it was tried: the refusal is in what the program says.
        }
    }
}
