using Postern.Protocol.Messages;
using Postern.Server.Gateway;
using Postern.Server.Sessions;
using Postern.Tests.DataStream;

namespace Postern.Tests.Gateway;

/// <summary>How a relay keeps what ends need, replaces their sockets and ends a session.</summary>
public sealed class RelayTests
{
    [Fact]
    public async Task What_an_agent_says_before_the_client_is_there_comes_in_order()
    {
        await using var world = await RelayWorld.CreateAsync();
        using var agent = world.AttachAgent();
        for (var i = 0; i < 50; i++)
            await agent.SendAsync(i, $"line {i}");
        using var client = world.AttachClient();
        for (var i = 0; i < 50; i++)
            Assert.Equal($"out {i}", await client.NextAsync());
    }

    [Fact]
    public async Task Beyond_the_bound_the_agent_is_not_read_and_nothing_is_lost()
    {
        const int messages = 600;
        var payload = new byte[1024];
        await using var world = await RelayWorld.CreateAsync(options: new RelayOptions { HoldLimit = 16 * 1024 });
        using var agent = world.AttachAgent();
        var sending = Task.Run(async () =>
        {
            for (var i = 0; i < messages; i++)
                await agent.SendAsync(i, payload);
        });
        // 600 KB do not fit into the queue and the pipe together: the agent is stopped by its own socket.
        using var client = world.AttachClient();
        for (var i = 0; i < messages; i++)
            Assert.Equal($"out {i}", await client.NextAsync());
        await sending.WaitAsync(Deadline.Time);
    }

    [Fact]
    public async Task A_client_that_comes_first_is_heard_when_the_agent_comes()
    {
        await using var world = await RelayWorld.CreateAsync();
        using var client = world.AttachClient();
        await client.SendAsync(0, "early");
        using var agent = world.AttachAgent();
        Assert.Equal("in 0", await agent.NextAsync());
    }

    [Fact]
    public async Task A_second_client_replaces_the_first()
    {
        await using var world = await RelayWorld.CreateAsync();
        using var agent = world.AttachAgent();
        using var first = world.AttachClient();
        await first.SendAsync(0, "from the first");
        Assert.Equal("in 0", await agent.NextAsync());
        using var second = world.AttachClient();
        Assert.Empty(await first.DrainAsync());
        await second.SendAsync(1, "from the second");
        Assert.Equal("in 1", await agent.NextAsync());
        await agent.SendAsync(0, "to the second");
        Assert.Equal("out 0", await second.NextAsync());
        Assert.Equal(SessionState.Connected, await world.StateAsync());
    }

    [Fact]
    public async Task A_client_whose_next_socket_died_before_it_was_in_place_is_gone()
    {
        await using var world = await RelayWorld.CreateAsync();
        using var agent = world.AttachAgent();
        using var first = world.AttachClient();
        await world.StateIsAsync(SessionState.Connected);
        using var pair = new SocketPair();
        var dead = new ChannelSocket(pair.Server, pair.Server.Abort, default, world.Options.ClosedUnread, world.Time);
        dead.Abort("It was closed at once.");
        await world.Relay.RunSocketAsync(dead, SessionSide.Client).WaitAsync(Deadline.Time);
        Assert.Empty(await first.DrainAsync());
        await world.StateIsAsync(SessionState.Disconnected);
    }

    [Fact]
    public async Task A_client_that_comes_when_the_relay_is_over_is_not_kept()
    {
        await using var world = await RelayWorld.CreateAsync();
        await world.Relay.StopAsync().WaitAsync(Deadline.Time);
        using var pair = new SocketPair();
        var late = new ChannelSocket(pair.Server, pair.Server.Abort, default, world.Options.ClosedUnread, world.Time);
        Assert.False(await world.Relay.RunSocketAsync(late, SessionSide.Client).WaitAsync(Deadline.Time));
    }

    [Fact]
    public async Task A_client_that_is_cut_and_comes_back_misses_nothing()
    {
        await using var world = await RelayWorld.CreateAsync();
        using var agent = world.AttachAgent();
        using var first = world.AttachClient();
        await agent.SendAsync(0, "before");
        Assert.Equal("out 0", await first.NextAsync());
        await world.StateIsAsync(SessionState.Connected); // one that leaves before that never was disconnected
        first.Socket.Abort();
        await world.StateIsAsync(SessionState.Disconnected);
        await agent.SendAsync(1, "while it was away");
        using var second = world.AttachClient();
        Assert.Equal("out 1", await second.NextAsync());
        await world.StateIsAsync(SessionState.Connected);
    }

    [Fact]
    public async Task An_agent_that_is_cut_and_comes_back_misses_nothing()
    {
        await using var world = await RelayWorld.CreateAsync();
        using var client = world.AttachClient();
        using var first = world.AttachAgent();
        await client.SendAsync(0, "before");
        Assert.Equal("in 0", await first.NextAsync());
        first.Socket.Abort();
        await client.SendAsync(1, "while it was away");
        using var second = world.AttachAgent();
        for (var next = await second.NextAsync(); next != "in 1"; next = await second.NextAsync())
            Assert.Equal("in 0", next);
    }

    [Fact]
    public async Task A_client_that_stays_away_ends_the_session_on_the_node()
    {
        await using var world = await RelayWorld.CreateAsync();
        using var agent = world.AttachAgent();
        using var client = world.AttachClient();
        await world.StateIsAsync(SessionState.Connected);
        client.Socket.Abort();
        await world.StateIsAsync(SessionState.Disconnected);
        await world.AdvanceAsync(new SessionLimits().ClientAway);
        Assert.Equal("closed", await agent.NextAsync());
        await world.Session.PostAsync(new SessionEvent.TaskCompleted(Success: true, ""), default);
        await world.StateIsAsync(SessionState.Terminated);
        agent.Socket.Abort();
        await world.Relay.Over.WaitAsync(Deadline.Time);
    }

    [Fact]
    public async Task An_agent_that_stays_away_is_told_to_the_client_with_the_reason()
    {
        await using var world = await RelayWorld.CreateAsync();
        using var agent = world.AttachAgent();
        using var client = world.AttachClient();
        await world.StateIsAsync(SessionState.Connected);
        agent.Socket.Abort();
        await world.Time.WaitForTimerAsync(new SessionLimits().AgentAway);
        await world.AdvanceAsync(new SessionLimits().AgentAway);
        Assert.Contains("lost the data channel and did not come back within 10 seconds", (await client.ReceiveAsync()).Closed.Output);
        await world.StateIsAsync(SessionState.Failed);
    }

    [Fact]
    public async Task Output_still_in_the_agent_s_socket_comes_before_the_end()
    {
        await using var world = await RelayWorld.CreateAsync();
        using var agent = world.AttachAgent();
        using var client = world.AttachClient();
        await agent.SendAsync(0, "first");
        Assert.Equal("out 0", await client.NextAsync());
        await world.Session.PostAsync(new SessionEvent.TaskCompleted(Success: true, ""), default); // on the control channel, faster
        await world.Session.Ending.WaitAsync(Deadline.Time);
        await agent.SendAsync(1, "last");
        await agent.Socket.CloseOutputAsync(System.Net.WebSockets.WebSocketCloseStatus.NormalClosure, null, default);
        Assert.Equal("out 1", await client.NextAsync());
        Assert.Equal("closed", await client.NextAsync());
    }

    [Fact]
    public async Task The_last_output_waits_for_a_client_that_is_slow()
    {
        const int messages = 600;
        await using var world = await RelayWorld.CreateAsync(options: new RelayOptions { HoldLimit = 16 * 1024 });
        using var agent = world.AttachAgent();
        using var client = world.AttachClient();
        await world.StateIsAsync(SessionState.Connected);
        var sending = Task.Run(async () =>
        {
            for (var i = 0; i < messages; i++)
                await agent.SendAsync(i, new byte[1024]);
            await agent.Socket.CloseOutputAsync(System.Net.WebSockets.WebSocketCloseStatus.NormalClosure, null, default);
        });
        await world.Session.PostAsync(new SessionEvent.TaskCompleted(Success: true, ""), default);
        for (var i = 0; i < 100; i++) // ten seconds
            await StepAsync(world);
        for (var i = 0; i < messages; i++)
            Assert.Equal($"out {i}", await client.NextAsync());
        await sending.WaitAsync(Deadline.Time);
        Assert.Equal("closed", await client.NextAsync());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_client_that_takes_nothing_any_more_does_not_keep_a_session_that_is_over(bool terminated)
    {
        await using var world = await RelayWorld.CreateAsync(options: new RelayOptions { HoldLimit = 16 * 1024 });
        using var agent = world.AttachAgent();
        using var client = world.AttachClient();
        await world.StateIsAsync(SessionState.Connected);
        var sending = Task.Run(async () =>
        {
            for (var i = 0; i < 600; i++)
                await agent.SendAsync(i, new byte[1024]);
        });
        await world.Session.PostAsync(terminated ? new SessionEvent.Terminate("by a test", "") : new SessionEvent.TaskCompleted(Success: true, ""), default);
        using var deadline = new CancellationTokenSource(Deadline.Time);
        while (!world.Relay.Over.IsCompleted)
        {
            Assert.False(deadline.IsCancellationRequested, "the relay goes on");
            await StepAsync(world);
        }
        await Task.WhenAny(sending); // its socket was closed
    }

    private static async Task StepAsync(RelayWorld world)
    {
        // One wait follows another, on threads of their own.
        await world.AdvanceAsync(TimeSpan.FromMilliseconds(100));
        await Task.WhenAny(world.Relay.Over, Task.Delay(5));
    }

    [Fact]
    public async Task A_client_that_comes_after_the_end_gets_what_was_kept_and_the_reason()
    {
        await using var world = await RelayWorld.CreateAsync();
        using var agent = world.AttachAgent();
        await agent.SendAsync(0, "output");
        await world.StateIsAsync(SessionState.Connecting);
        await world.Session.PostAsync(new SessionEvent.TaskCompleted(Success: false, "no such user"), default);
        agent.Socket.Abort();
        await world.StateIsAsync(SessionState.Failed);
        using var client = world.AttachClient();
        Assert.Equal("out 0", await client.NextAsync());
        Assert.Equal("no such user", (await client.ReceiveAsync()).Closed.Output);
    }

    [Fact]
    public async Task A_client_that_closes_after_the_last_message_is_waited_for_and_one_that_does_not_is_closed()
    {
        await using var world = await RelayWorld.CreateAsync();
        using var agent = world.AttachAgent();
        using var client = world.AttachClient();
        await world.StateIsAsync(SessionState.Connected);
        await world.Session.PostAsync(new SessionEvent.Terminate("by a test", ""), default);
        Assert.Equal("closed", await client.NextAsync());
        Assert.Equal("closed", await agent.NextAsync());
        Assert.False(world.Relay.Over.IsCompleted);
        var drained = client.DrainAsync();
        while (!world.Relay.Over.IsCompleted)
            await StepAsync(world);
        Assert.Empty(await drained);
    }

    [Fact]
    public async Task A_session_that_is_terminated_is_over_for_both_ends_while_the_clock_stands_still()
    {
        await using var world = await RelayWorld.CreateAsync();
        using var agent = world.AttachAgent();
        using var client = world.AttachClient();
        await world.StateIsAsync(SessionState.Connected);
        // Neither end asks for anything and no timer can fire: the two are told.
        await world.Session.PostAsync(new SessionEvent.Terminate("Terminated by arn.", "Terminated by arn."), default);
        Assert.Equal("Terminated by arn.", (await client.ReceiveAsync()).Closed.Output);
        Assert.Equal("", (await agent.ReceiveAsync()).Closed.Output ?? "");
        agent.Socket.Abort();
        client.Socket.Abort();
        await world.Session.PostAsync(new SessionEvent.TaskCompleted(Success: true, ""), default);
        await world.StateIsAsync(SessionState.Terminated);
    }

    [Fact]
    public async Task Messages_that_are_wrong_are_dropped_and_too_many_close_their_socket_only()
    {
        await using var world = await RelayWorld.CreateAsync();
        using var agent = world.AttachAgent();
        using var client = world.AttachClient();
        var good = FakeEnd.Frame(AgentMessageType.InputStreamData, 0, PayloadType.Output, "data"u8.ToArray());
        byte[][] wrong =
        [
            [], good[..50], good[..^1], [.. good, 0],
            With(good, 3, 117), // HeaderLength
            With(good, 4, (byte)'I'), // MessageType
            With(good, 80, (byte)(good[80] + 1)), // PayloadDigest
            With(good, 48, 0x80), // negative SequenceNumber
            With(good, 119, 200), // PayloadLength
        ];
        foreach (var frame in wrong)
            await client.SendRawAsync(frame);
        await client.SendRawAsync(good);
        Assert.Equal("in 0", await agent.NextAsync());

        for (var i = wrong.Length; i <= world.Options.MaxBadFrames; i++)
            await client.SendRawAsync(wrong[i % wrong.Length]);
        Assert.Empty(await client.DrainAsync());
        using var again = world.AttachClient();
        await again.SendRawAsync(good);
        Assert.Equal("in 0", await agent.NextAsync());
    }

    [Fact]
    public async Task A_message_longer_than_any_end_sends_closes_its_socket_only()
    {
        await using var world = await RelayWorld.CreateAsync();
        using var agent = world.AttachAgent();
        using var client = world.AttachClient();
        var sending = client.Socket.SendAsync(new byte[world.Options.MaxDataFrame + 1], System.Net.WebSockets.WebSocketMessageType.Binary, true, default);
        Assert.Empty(await client.DrainAsync());
        using var again = world.AttachClient();
        await again.SendAsync(0, new byte[64 * 1024]);
        Assert.Equal("in 0", await agent.NextAsync());
        await Task.WhenAny(sending);
    }

    private static byte[] With(byte[] frame, int offset, byte value)
    {
        var changed = frame.ToArray();
        changed[offset] = value;
        return changed;
    }
}
