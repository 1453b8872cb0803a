using Microsoft.Extensions.Logging.Abstractions;
using Postern.Protocol.Messages;
using Postern.Server.Gateway;
using Postern.Server.Nodes;
using Postern.Server.Sessions;
using Postern.Server.Settings;
using Postern.Tests.DataStream;
using Postern.Tests.Sessions;
using Postern.Tests.Storage;
using Postern.Tests.Support;

namespace Postern.Tests.Gateway;

/// <summary>How fast a control channel sends.</summary>
public sealed class ControlSpacingTests : IAsyncLifetime
{
    private readonly ManualTime _time = new();
    private readonly SocketPair _pair = new();
    private readonly RelayOptions _options = new();
    private DatabaseFixture _database = null!;
    private LiveSessions _sessions = null!;

    public async ValueTask InitializeAsync()
    {
        _database = await DatabaseFixture.CreateAsync(DatabaseKind.Sqlite);
        _sessions = new LiveSessions(new SessionStore(_database.Database, _time), new NodeConnections(), new SessionLimits(), new SessionJournal(_ => { }, new ServerOptions(), _time), _time, NullLogger<LiveSessions>.Instance);
    }

    public async ValueTask DisposeAsync()
    {
        await _sessions.DisposeAsync();
        await _database.DisposeAsync();
        _pair.Dispose();
    }

    [Fact]
    public async Task Session_messages_are_spaced_for_a_stock_agent_in_order_and_others_pass()
    {
        var (channel, node, running) = Open(paced: true);
        Assert.True(channel.TryPost(Message(AgentMessageType.InteractiveShell)));
        Assert.True(channel.TryPost(Message(AgentMessageType.ChannelClosed)));
        Assert.Equal("InteractiveShell", await node.NextAsync());
        await _time.WaitForTimerAsync(_options.StockSpacing);
        Assert.True(channel.TryPost(Message(AgentMessageType.AgentTaskAcknowledge)));
        Assert.Equal("AgentTaskAcknowledge", await node.NextAsync());
        _time.Advance(_options.StockSpacing);
        Assert.Equal("closed", await node.NextAsync());
        channel.Close("the test is over");
        await running.WaitAsync(Deadline.Time);
    }

    [Fact]
    public async Task Our_agent_gets_everything_at_once()
    {
        var (channel, node, running) = Open(paced: false);
        for (var i = 0; i < 20; i++)
            Assert.True(channel.TryPost(Message(AgentMessageType.InteractiveShell)));
        for (var i = 0; i < 20; i++)
            Assert.Equal("InteractiveShell", await node.NextAsync());
        channel.Close("the test is over");
        await running.WaitAsync(Deadline.Time);
    }

    [Fact]
    public async Task A_full_mailbox_and_a_closed_channel_take_nothing()
    {
        var (channel, node, running) = Open(paced: true);
        Assert.True(channel.TryPost(Message(AgentMessageType.InteractiveShell)));
        Assert.Equal("InteractiveShell", await node.NextAsync());
        await _time.WaitForTimerAsync(_options.StockSpacing);
        for (var i = 0; i < _options.MaxMailbox; i++)
            Assert.True(channel.TryPost(Message(AgentMessageType.InteractiveShell)));
        Assert.False(channel.TryPost(Message(AgentMessageType.InteractiveShell)));
        channel.Close("the test is over");
        await running.WaitAsync(Deadline.Time);
        Assert.False(channel.TryPost(Message(AgentMessageType.AgentTaskAcknowledge)));
    }

    private (ControlChannel Channel, FakeEnd Node, Task Running) Open(bool paced)
    {
        var socket = new ChannelSocket(_pair.Server, _pair.Server.Abort, default, _options.ClosedUnread, _time);
        var channel = new ControlChannel(SessionRows.Node, paced, socket, _sessions, _options, _time, NullLogger.Instance);
        return (channel, FakeEnd.Agent(_pair.Client), channel.RunAsync());
    }

    private byte[] Message(AgentMessageType type) => MessageFactory.Raw(type, "{}"u8, _time);
}
