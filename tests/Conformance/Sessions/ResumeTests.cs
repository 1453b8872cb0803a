using System.Text.Json.Nodes;
using Postern.Conformance.Support;
using Postern.Conformance.Support.Persons;
using Postern.Conformance.Support.Servers;

namespace Postern.Conformance.Sessions;

/// <summary>Sessions whose client loses its connection and comes back with ResumeSession.</summary>
public sealed class ResumeTests(World world)
{
    [Theory]
    [MemberData(nameof(World.Matrix), MemberType = typeof(World))]
    public async Task A_shell_survives_a_cut_connection(string agent, string person)
    {
        var way = World.Person(person);
        var node = await world.NodeAsync(agent);
        await using var network = new CuttableProxy(node.Gateway.Port);
        await using var shell = TerminalProcess.Start(network.Between(way.Shell(node.Gateway, node.Id), node.Gateway));
        await shell.SeesAsync(@"[$#] ");
        await shell.AnswersAsync("word=kept; echo re''ady", "ready");
        Assert.True(network.Connections > 0, "the session does not go through the network that is cut");

        if (way.Slow)
            await network.QuietAsync();
        network.Cut();

        await BackAsync(way, node, network, Person.SessionId().Match(shell.Screen.Text).Groups["id"].Value);
        await shell.AnswersAsync("echo $word-$((2+3))", "kept-5");
        await shell.TypeAsync("exit");
        Assert.Equal(0, await shell.ExitAsync());
    }

    [Theory]
    [MemberData(nameof(World.Matrix), MemberType = typeof(World))]
    public async Task A_forward_survives_a_cut_connection(string agent, string person)
    {
        var way = World.Person(person);
        var node = await world.NodeAsync(agent);
        await using var network = new CuttableProxy(node.Gateway.Port);
        await using var server = new EchoServer();
        var port = FreePort.Take();
        await using var forward = TerminalProcess.Start(network.Between(way.Forward(node.Gateway, node.Id, port, server.Port), node.Gateway));
        var session = await way.ForwardReadyAsync(forward);
        await Traffic.EchoesAsync(port, 1000, seed: 1);

        if (way.Slow)
            await network.QuietAsync();
        network.Cut();

        await BackAsync(way, node, network, session);
        await Traffic.EchoesAsync(port, 1000, seed: 2);
        await forward.SendAsync("\x03");
        Assert.Equal(0, await forward.ExitAsync());
    }

    [Fact]
    public async Task ResumeSession_gives_boto3_a_fresh_token_while_the_session_lives_and_none_afterwards()
    {
        Assert.SkipWhen(new BotoPerson().Unavailable is not null, new BotoPerson().Unavailable ?? "");
        var node = await world.NodeAsync(World.OurAgent);

        var answers = JsonNode.Parse(await Child.OutputOfAsync(BotoPerson.Run(node.Gateway, "boto_resume.py", node.Id)))!;

        var (started, resumed, ended) = (answers["started"]!, answers["resumed"]!, answers["ended"]!);
        Assert.Equal(started["SessionId"]!.GetValue<string>(), resumed["SessionId"]!.GetValue<string>());
        Assert.Equal(started["StreamUrl"]!.GetValue<string>(), resumed["StreamUrl"]!.GetValue<string>());
        Assert.NotEqual(started["TokenValue"]!.GetValue<string>(), resumed["TokenValue"]!.GetValue<string>());
        // An error would make AWS's plugin try again and then hang; this makes it say that the session timed out, and exit.
        Assert.Equal(started["SessionId"]!.GetValue<string>(), ended["SessionId"]!.GetValue<string>());
        Assert.Null(ended["TokenValue"]);
        Assert.Equal("DoesNotExistException", answers["unknown"]!.GetValue<string>());
    }

    [Fact]
    public async Task A_transfer_of_our_ends_survives_cuts_in_its_middle()
    {
        const int size = 20_000_000;
        var way = World.Person("postern");
        var node = await world.NodeAsync(World.OurAgent);
        await using var network = new CuttableProxy(node.Gateway.Port);
        await using var server = new EchoServer();
        var port = FreePort.Take();
        await using var forward = TerminalProcess.Start(network.Between(way.Forward(node.Gateway, node.Id, port, server.Port), node.Gateway));
        await way.ForwardReadyAsync(forward);
        await using var stream = await Traffic.ConnectAsync(port);
        var sent = new byte[size];
        new Random(5).NextBytes(sent);
        var sending = stream.WriteAsync(sent).AsTask();

        var received = new byte[size];
        for (var at = 0; at < size;)
        {
            var part = Math.Min(size / 4, size - at);
            await Deadline.WithinAsync($"bytes {at} to {at + part}", ReadAsync(stream, received.AsMemory(at, part)));
            at += part;
            if (at < size)
                network.Cut();
        }
        await sending;

        Assert.True(sent.AsSpan().SequenceEqual(received), "the bytes came back changed");
    }

    // Our ends keep what they have to say while they have no connection. AWS's plugin fails for good when it has to write then: it is cut
    // while it is idle, and given time to call ResumeSession and to connect, which makes two connections.
    private static Task BackAsync(Person way, Node node, CuttableProxy network, string session) => !way.Slow ? Task.CompletedTask :
        Deadline.UntilAsync($"{session} to be connected again", async () => network.SinceCut >= 2 && await IsConnectedAsync(node, session));

    private static async Task<bool> IsConnectedAsync(Node node, string session)
    {
        var answer = await node.Gateway.Api.CallAsync("DescribeSessions", new { State = "Active", Filters = new[] { new { key = "SessionId", value = session } } });
        return answer["Sessions"]!.AsArray().SingleOrDefault()?["Status"]?.GetValue<string>() == "Connected";
    }

    private static async Task<int> ReadAsync(Stream stream, Memory<byte> part)
    {
        await stream.ReadExactlyAsync(part);
        return part.Length;
    }
}
