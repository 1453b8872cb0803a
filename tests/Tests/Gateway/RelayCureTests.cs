using System.Text.Json;
using Postern.Protocol.Messages;
using Postern.Server.Sessions;
using Postern.Tests.Sessions;

namespace Postern.Tests.Gateway;

/// <summary>Races inside the stock ends, played by fake ones, and what the relay does about them.</summary>
public sealed class RelayCureTests
{
    [Fact]
    public async Task What_a_client_acknowledges_before_it_was_shown_is_shown_all_the_same()
    {
        await using var world = await RelayWorld.CreateAsync();
        using var agent = world.AttachAgent();
        using var client = world.AttachClient();
        await world.HandshakeAsync(agent, client);
        await client.AcknowledgeAsync(1);
        Assert.Equal("ack 1", await agent.NextAsync());
        await agent.SendAsync(1, "also recorded");
        Assert.Equal("out 1", await client.NextAsync());
    }

    [Fact]
    public async Task A_message_repeated_after_its_ack_passed_is_answered_and_not_forwarded()
    {
        await using var world = await RelayWorld.CreateAsync();
        using var agent = world.AttachAgent();
        using var client = world.AttachClient();
        await agent.SendAsync(0, "first");
        Assert.Equal("out 0", await client.NextAsync());
        await client.AcknowledgeAsync(0);
        Assert.Equal("ack 0", await agent.NextAsync());

        await agent.ResendAsync(0); // the ack came before the agent had entered the message in its list
        var answer = await agent.ReceiveAsync();
        await agent.SendAsync(1, "second");

        Assert.Equal("ack 0", answer.Short);
        var content = JsonSerializer.Deserialize(answer.Bytes, MessagesJsonContext.Default.AcknowledgeContent)!;
        Assert.Equal(("output_stream_data", agent.IdOf(0).ToString(), true), (content.AcknowledgedMessageType, content.AcknowledgedMessageId, content.IsSequentialMessage));
        Assert.Equal("out 1", await client.NextAsync());
    }

    [Fact]
    public async Task The_same_holds_for_the_client_s_messages()
    {
        await using var world = await RelayWorld.CreateAsync();
        using var agent = world.AttachAgent();
        using var client = world.AttachClient();
        await client.SendAsync(0, "first");
        Assert.Equal("in 0", await agent.NextAsync());
        await agent.AcknowledgeAsync(0);
        Assert.Equal("ack 0", await client.NextAsync());

        await client.ResendAsync(0);
        Assert.Equal("ack 0", await client.NextAsync());
        await client.SendAsync(1, "second");
        Assert.Equal("in 1", await agent.NextAsync());
    }

    [Fact]
    public async Task A_repeated_message_that_nobody_acknowledged_is_forwarded_again()
    {
        await using var world = await RelayWorld.CreateAsync();
        using var agent = world.AttachAgent();
        using var client = world.AttachClient();
        await agent.SendAsync(0, "first");
        Assert.Equal("out 0", await client.NextAsync());
        await agent.ResendAsync(0);
        Assert.Equal("out 0", await client.NextAsync());
    }

    [Fact]
    public async Task HandshakeComplete_never_overtakes_the_ack_of_the_response()
    {
        await using var world = await RelayWorld.CreateAsync(SessionRowOf.Port);
        using var agent = world.AttachAgent();
        using var client = world.AttachClient();
        await world.HandshakeAsync(agent, client);
        await agent.SendAsync(1, RelayWorld.Completed, PayloadType.HandshakeComplete); // the wrong order, as 16 of 100 stock agents send it
        await agent.AcknowledgeAsync(0);
        Assert.Equal("ack 0", await client.NextAsync());
        await world.Time.WaitForTimerAsync(world.Options.AgentSettles);
        world.Time.Advance(world.Options.AgentSettles);
        Assert.Equal("out 1", await client.NextAsync());
    }

    [Fact]
    public async Task HandshakeComplete_of_a_stock_agent_waits_a_moment_after_the_ack()
    {
        var world = await RelayWorld.CreateAsync(SessionRowOf.Port);
        using var agent = world.AttachAgent();
        using var client = world.AttachClient();
        await world.HandshakeAsync(agent, client);
        await agent.AcknowledgeAsync(0);
        Assert.Equal("ack 0", await client.NextAsync());
        await agent.SendAsync(1, RelayWorld.Completed, PayloadType.HandshakeComplete);
        await RelayWorld.SettleAsync(agent, 0);
        await world.DisposeAsync(); // what the client has now is all it was sent
        Assert.Empty(await client.DrainAsync());
    }

    [Fact]
    public async Task A_stock_multiplexing_client_gets_nothing_after_HandshakeComplete_until_it_speaks()
    {
        var world = await RelayWorld.CreateAsync(SessionRowOf.Port);
        using var agent = world.AttachAgent();
        using var client = world.AttachClient();
        await world.CompleteHandshakeAsync(agent, client);
        await agent.AcknowledgeAsync(0); // late, or once more
        await agent.SendAsync(2, "its multiplexer's keep-alive");
        await RelayWorld.SettleAsync(agent, 0);
        world.Time.Advance(TimeSpan.FromSeconds(5));
        await RelayWorld.SettleAsync(agent, 0);
        await world.DisposeAsync();
        Assert.Empty(await client.DrainAsync());
    }

    [Fact]
    public async Task What_was_held_for_a_multiplexing_client_comes_when_it_speaks()
    {
        await using var world = await RelayWorld.CreateAsync(SessionRowOf.Port);
        using var agent = world.AttachAgent();
        using var client = world.AttachClient();
        await world.CompleteHandshakeAsync(agent, client);
        await agent.SendAsync(2, "held");
        await RelayWorld.SettleAsync(agent, 0);
        await client.SendAsync(1, "the first connection");
        Assert.Equal("out 2", await client.NextAsync());
    }

    [Fact]
    public async Task Another_stock_client_gets_nothing_for_a_moment_after_HandshakeComplete()
    {
        await using var world = await RelayWorld.CreateAsync(SessionRowOf.Ssh);
        using var agent = world.AttachAgent();
        using var client = world.AttachClient();
        await world.CompleteHandshakeAsync(agent, client);
        await agent.SendAsync(2, "SSH-2.0");
        await client.SendAsync(1, "SSH-2.0"); // writes before it can read
        await world.Time.WaitForTimerAsync(world.Options.ClientSettles);
        world.Time.Advance(world.Options.ClientSettles);
        Assert.Equal("out 2", await client.NextAsync());
    }

    [Fact]
    public async Task Our_client_is_not_held()
    {
        const string ours = """{"ClientVersion":"1.2.4000.0","ProcessedClientActions":[],"Postern":{"Version":1}}""";
        await using var world = await RelayWorld.CreateAsync(SessionRowOf.Port);
        using var agent = world.AttachAgent();
        using var client = world.AttachClient();
        await world.CompleteHandshakeAsync(agent, client, ours);
        await agent.SendAsync(2, "at once");
        Assert.Equal("out 2", await client.NextAsync());
    }

    [Fact]
    public async Task The_end_of_a_session_waits_until_a_stock_client_can_take_it()
    {
        await using var world = await RelayWorld.CreateAsync(SessionRowOf.Port);
        using var agent = world.AttachAgent();
        using var client = world.AttachClient();
        await world.CompleteHandshakeAsync(agent, client);
        await agent.SendAsync(2, "held");
        await RelayWorld.SettleAsync(agent, 0);
        await world.Session.PostAsync(new SessionEvent.Terminate("by a test", ""), default);
        Assert.Equal("closed", await agent.NextAsync());
        await world.Time.WaitForTimerAsync(world.Options.CloseSettles);
        world.Time.Advance(world.Options.CloseSettles);
        Assert.Equal("out 2", await client.NextAsync());
        Assert.Equal("closed", await client.NextAsync());
    }

    [Fact]
    public async Task Messages_that_are_not_for_the_other_end_are_consumed()
    {
        await using var world = await RelayWorld.CreateAsync();
        using var agent = world.AttachAgent();
        using var client = world.AttachClient();
        foreach (var type in new[] { AgentMessageType.AgentSessionState, AgentMessageType.ChannelClosed, AgentMessageType.InputStreamData, AgentMessageType.PausePublication, AgentMessageType.AgentTaskComplete })
            await agent.SendOtherAsync(type);
        await agent.SendAsync(0, "data");
        Assert.Equal("out 0", await client.NextAsync());
        foreach (var type in new[] { AgentMessageType.AgentSessionState, AgentMessageType.ChannelClosed, AgentMessageType.OutputStreamData, AgentMessageType.PausePublication, AgentMessageType.StartPublication, AgentMessageType.InteractiveShell })
            await client.SendOtherAsync(type);
        await client.SendAsync(0, "data");
        Assert.Equal("in 0", await agent.NextAsync());
    }

    [Theory]
    [InlineData(1)] // as it should be
    [InlineData(0)] // the number of a data message that was acknowledged
    public async Task The_flag_of_a_client_that_ends_its_session_ends_it_whatever_its_number(long sequence)
    {
        await using var world = await RelayWorld.CreateAsync();
        using var agent = world.AttachAgent();
        using var client = world.AttachClient();
        await client.SendAsync(0, "data");
        Assert.Equal("in 0", await agent.NextAsync());
        await agent.AcknowledgeAsync(0);
        Assert.Equal("ack 0", await client.NextAsync());
        await client.SendFlagAsync(sequence, PayloadFlag.TerminateSession);
        Assert.Equal("in 1", await agent.NextAsync()); // forwarded, too
        Assert.Equal("closed", await agent.NextAsync());
        await world.StateIsAsync(SessionState.Terminating);
    }

    [Fact]
    public async Task After_a_restart_a_message_the_client_passes_over_counts_as_received()
    {
        await using var world = await RelayWorld.CreateAsync(takenOver: true);
        using var agent = world.AttachAgent();
        using var client = world.AttachClient();
        await agent.SendAsync(7, "acknowledged to the process before");
        Assert.Equal("out 7", await client.NextAsync()); // a stock client ignores it: no ack
        await agent.ResendAsync(7);
        Assert.Equal("out 7", await client.NextAsync());
        await agent.SendAsync(8, "new");
        Assert.Equal("out 8", await client.NextAsync());
        await client.AcknowledgeAsync(8);
        Assert.Equal("ack 8", await agent.NextAsync());
        await agent.ResendAsync(7);
        Assert.Equal("ack 7", await agent.NextAsync());
    }
}

/// <summary>Rows by kind of session.</summary>
internal static class SessionRowOf
{
    public static SessionRow Port(DateTimeOffset now) => SessionRows.NewPort(started: now);

    public static SessionRow Ssh(DateTimeOffset now) => SessionRows.NewSsh(started: now);
}
