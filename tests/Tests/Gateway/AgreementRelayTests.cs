using Postern.Protocol.Messages;
using Postern.Tests.DataStream;
using Postern.Tests.Recordings;
using Postern.Tests.Sessions;

namespace Postern.Tests.Gateway;

public sealed class AgreementRelayTests
{
    private const string Offer = """{"AgentVersion":"3.3.4000.0","RequestedClientActions":[],"Postern":{"Version":1,"MaxPayload":65416,"NoDigest":true,"CumulativeAcks":true}}""";
    private const string Taken = """{"ClientVersion":"1.2.4000.0","ProcessedClientActions":[],"Postern":{"Version":1,"MaxPayload":65416,"NoDigest":true,"CumulativeAcks":true}}""";
    private const string PartlyTaken = """{"ClientVersion":"1.2.4000.0","ProcessedClientActions":[],"Postern":{"Version":1,"MaxPayload":65416}}""";

    [Fact]
    public async Task Messages_without_digest_pass_between_ends_that_agreed()
    {
        await using var world = await RelayWorld.CreateAsync();
        using var agent = world.AttachAgent();
        using var client = world.AttachClient();
        await AgreeAsync(world, agent, client, Offer, Taken);
        await client.SendRawAsync(WithoutDigest(AgentMessageType.InputStreamData, 1));
        Assert.Equal("in 1", await NextBareAsync(agent));
        await agent.SendRawAsync(WithoutDigest(AgentMessageType.OutputStreamData, 2));
        Assert.Equal("out 2", await NextBareAsync(client));
    }

    [Theory]
    [InlineData(Offer, PartlyTaken)]
    [InlineData(Offer, RelayWorld.StockResponse)]
    [InlineData(RelayWorld.StockRequest, Taken)]
    public async Task Messages_without_digest_stop_at_the_relay_otherwise(string request, string response)
    {
        await using var world = await RelayWorld.CreateAsync();
        using var agent = world.AttachAgent();
        using var client = world.AttachClient();
        await AgreeAsync(world, agent, client, request, response);
        await client.SendRawAsync(WithoutDigest(AgentMessageType.InputStreamData, 1));
        await client.SendAsync(1, "whole");
        Assert.Equal("in 1", await agent.NextAsync()); // its digest is checked here
        await agent.SendRawAsync(WithoutDigest(AgentMessageType.OutputStreamData, 2));
        await agent.AcknowledgeAsync(1);
        Assert.Equal("ack 1", await client.NextAsync());
    }

    [Fact]
    public async Task What_the_node_would_drop_for_its_digest_does_not_pass_where_connections_are_recorded()
    {
        await using var recorded = await RecordingWorld.CreateAsync(kind: () => SessionRows.NewPort());
        await using var world = await RelayWorld.CreateAsync(started => SessionRows.NewPort(started: started), recording: recorded.Recording);
        using var agent = world.AttachAgent();
        using var client = world.AttachClient();
        await AgreeAsync(world, agent, client, Offer, Taken);
        var wrong = FakeEnd.Frame(AgentMessageType.InputStreamData, 1, PayloadType.Output, "SELECT 1"u8.ToArray());
        wrong[80] ^= 1;
        await client.SendRawAsync(wrong);
        await client.SendAsync(1, "SELECT 2");
        Assert.Equal("SELECT 2", (await agent.ReceiveAsync()).Text); // neither recorded nor passed on before, or this would not pass
    }

    [Fact]
    public async Task Messages_without_digest_pass_a_relay_that_began_in_the_middle()
    {
        await using var world = await RelayWorld.CreateAsync(takenOver: true);
        using var agent = world.AttachAgent();
        using var client = world.AttachClient();
        await client.SendRawAsync(WithoutDigest(AgentMessageType.InputStreamData, 7));
        Assert.Equal("in 7", await NextBareAsync(agent));
    }

    [Fact]
    public async Task A_cumulative_acknowledgement_answers_for_all_before_it_between_ends_that_agreed()
    {
        await using var world = await RelayWorld.CreateAsync();
        using var agent = world.AttachAgent();
        using var client = world.AttachClient();
        await AgreeAsync(world, agent, client, Offer, Taken);
        for (var i = 2; i < 6; i++)
        {
            await agent.SendAsync(i, "data");
            Assert.Equal($"out {i}", await client.NextAsync());
        }
        await client.SendRawAsync(CumulativeAck(5));
        Assert.Equal("ack 5", await agent.NextAsync());
        await agent.ResendAsync(3);
        Assert.Equal("ack 3", await agent.NextAsync());
    }

    [Fact]
    public async Task A_cumulative_acknowledgement_of_a_stock_client_answers_for_one_message()
    {
        await using var world = await RelayWorld.CreateAsync();
        using var agent = world.AttachAgent();
        using var client = world.AttachClient();
        await AgreeAsync(world, agent, client, Offer, PartlyTaken);
        for (var i = 2; i < 4; i++)
        {
            await agent.SendAsync(i, "data");
            Assert.Equal($"out {i}", await client.NextAsync());
        }
        await client.SendRawAsync(CumulativeAck(3));
        Assert.Equal("ack 3", await agent.NextAsync());
        await agent.ResendAsync(2);
        Assert.Equal("out 2", await client.NextAsync());
    }

    /// <summary>Up to HandshakeComplete, which is out 1.</summary>
    private static async Task AgreeAsync(RelayWorld world, FakeEnd agent, FakeEnd client, string request, string response)
    {
        await world.HandshakeAsync(agent, client, request, response);
        await agent.AcknowledgeAsync(0);
        Assert.Equal("ack 0", await client.NextAsync());
        await agent.SendAsync(1, RelayWorld.Completed, PayloadType.HandshakeComplete);
        if (request == RelayWorld.StockRequest)
        {
            await world.Time.WaitForTimerAsync(world.Options.AgentSettles);
            world.Time.Advance(world.Options.AgentSettles);
        }
        Assert.Equal("out 1", await client.NextAsync());
        if (response == RelayWorld.StockResponse)
            world.Time.Advance(world.Options.ClientSettles);
    }

    private static async Task<string> NextBareAsync(FakeEnd end)
    {
        var buffer = new byte[1024];
        var received = await end.Socket.ReceiveAsync(buffer.AsMemory(), default).AsTask().WaitAsync(Deadline.Time);
        Assert.True(AgentMessageCodec.TryRead(buffer.AsSpan(0, received.Count), out var header, out _));
        Assert.True(AgentMessageCodec.OmitsDigest(buffer.AsSpan(0, received.Count)));
        return $"{(header.MessageType == AgentMessageType.InputStreamData ? "in" : "out")} {header.SequenceNumber}";
    }

    private static byte[] WithoutDigest(AgentMessageType type, long sequence)
    {
        var frame = FakeEnd.Frame(type, sequence, PayloadType.Output, "data"u8.ToArray());
        frame.AsSpan(80, 32).Clear();
        return frame;
    }

    private static byte[] CumulativeAck(long sequence) => MessageFactory.Json(
        AgentMessageType.Acknowledge, new AcknowledgeContent("stream", Guid.NewGuid().ToString(), sequence), MessagesJsonContext.Default.AcknowledgeContent,
        TimeProvider.System, flags: MessageFlags.SynFin | MessageFlags.Cumulative);
}
