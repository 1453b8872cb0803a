using System.Collections.Concurrent;
using Microsoft.Extensions.Logging.Abstractions;
using Postern.Protocol.Messages;
using Postern.Server.Nodes;
using Postern.Server.Sessions;
using Postern.Tests.Storage;
using Postern.Tests.Support;

namespace Postern.Tests.Sessions;

/// <summary>The life of a session over a real database, with a clock that is moved by hand.</summary>
public sealed class LiveSessionTests : IAsyncLifetime
{
    private static readonly SessionLimits Limits = new();
    private static readonly SessionEvent.Attached AgentIn = new(SessionSide.Agent), ClientIn = new(SessionSide.Client);

    private readonly ManualTime _time = new();
    private readonly NodeConnections _nodes = new();
    private readonly Mailbox _mailbox = new();
    private DatabaseFixture _database = null!;
    private SessionStore _store = null!;

    public async ValueTask InitializeAsync()
    {
        _database = await DatabaseFixture.CreateAsync(DatabaseKind.Sqlite);
        _store = new SessionStore(_database.Database, _time);
        _nodes.Attach(SessionRows.Node, _mailbox);
    }

    public ValueTask DisposeAsync() => _database.DisposeAsync();

    [Fact]
    public async Task A_session_is_connected_once_both_ends_are_there()
    {
        await using var session = await StartAsync(SessionRows.New(started: _time.GetUtcNow()));
        await PostAsync(session, AgentIn);
        await StateAsync(session, SessionState.Connecting);
        await PostAsync(session, ClientIn);
        await StateAsync(session, SessionState.Connected);
    }

    [Fact]
    public async Task The_request_to_the_node_is_repeated_when_it_did_not_ask_for_a_channel()
    {
        await using var session = await StartAsync(SessionRows.New(started: _time.GetUtcNow()));
        await AdvanceAsync(session, Limits.RepeatTask[0] - TimeSpan.FromSeconds(1));
        Assert.Equal(0, _mailbox.Count(AgentMessageType.InteractiveShell));
        await AdvanceAsync(session, TimeSpan.FromSeconds(1));
        Assert.Equal(1, _mailbox.Count(AgentMessageType.InteractiveShell));
    }

    [Fact]
    public async Task The_request_to_the_node_is_not_repeated_once_it_asked_for_a_channel()
    {
        await using var session = await StartAsync(SessionRows.New(started: _time.GetUtcNow()));
        await PostAsync(session, new SessionEvent.AgentRequested());
        await PostAsync(session, new SessionEvent.NodeAttached());
        await AdvanceAsync(session, TimeSpan.FromSeconds(30));
        Assert.Equal(0, _mailbox.Count(AgentMessageType.InteractiveShell));
    }

    [Fact]
    public async Task A_node_that_comes_back_is_asked_again()
    {
        await using var session = await StartAsync(SessionRows.New(started: _time.GetUtcNow()));
        await PostAsync(session, new SessionEvent.NodeDetached());
        await PostAsync(session, new SessionEvent.NodeAttached());
        Assert.Equal(1, _mailbox.Count(AgentMessageType.InteractiveShell));
    }

    [Fact]
    public async Task A_node_that_never_answers_fails_the_session_after_a_minute_and_the_client_is_told()
    {
        await using var session = await StartAsync(SessionRows.New(started: _time.GetUtcNow()));
        await PostAsync(session, ClientIn);
        await AdvanceAsync(session, TimeSpan.FromSeconds(60));
        Assert.Contains("did not open a data channel within 60 seconds", (await EndAsync(session)).Output);
        await StateAsync(session, SessionState.Failed);
        Assert.Equal(1, _mailbox.Count(AgentMessageType.ChannelClosed));
    }

    [Fact]
    public async Task A_node_that_goes_offline_before_it_answered_fails_the_session_sooner()
    {
        await using var session = await StartAsync(SessionRows.New(started: _time.GetUtcNow()));
        await PostAsync(session, new SessionEvent.NodeDetached());
        await AdvanceAsync(session, TimeSpan.FromSeconds(10));
        Assert.Contains("went offline", (await EndAsync(session)).Output);
    }

    [Fact]
    public async Task A_client_that_was_closed_may_come_back_within_its_window()
    {
        await using var session = await ConnectAsync();
        await PostAsync(session, new SessionEvent.Detached(SessionSide.Client, Silent: false));
        await StateAsync(session, SessionState.Disconnected);
        await AdvanceAsync(session, Limits.ClientAway - TimeSpan.FromSeconds(1));
        await PostAsync(session, ClientIn);
        await StateAsync(session, SessionState.Connected);
        await AdvanceAsync(session, Limits.ClientAway);
        await StateAsync(session, SessionState.Connected);
    }

    [Fact]
    public async Task A_client_that_does_not_come_back_ends_the_session_on_the_node()
    {
        await using var session = await ConnectAsync();
        await PostAsync(session, new SessionEvent.Detached(SessionSide.Client, Silent: false));
        await AdvanceAsync(session, Limits.ClientAway);
        Assert.True((await EndAsync(session)).TellAgent);
        await StateAsync(session, SessionState.Terminating);
        await PostAsync(session, new SessionEvent.TaskCompleted(Success: true, ""));
        await StateAsync(session, SessionState.Terminated);
    }

    [Fact]
    public async Task A_client_the_network_lost_is_waited_for_twenty_minutes()
    {
        await using var session = await ConnectAsync();
        await PostAsync(session, new SessionEvent.Detached(SessionSide.Client, Silent: true));
        await AdvanceAsync(session, TimeSpan.FromMinutes(19));
        await StateAsync(session, SessionState.Disconnected);
        await AdvanceAsync(session, TimeSpan.FromMinutes(1));
        await StateAsync(session, SessionState.Terminating);
    }

    [Fact]
    public async Task An_agent_that_does_not_come_back_fails_the_session()
    {
        await using var session = await ConnectAsync();
        await PostAsync(session, new SessionEvent.Detached(SessionSide.Agent, Silent: false));
        await AdvanceAsync(session, Limits.AgentAway - TimeSpan.FromSeconds(1));
        await StateAsync(session, SessionState.Connected);
        await PostAsync(session, AgentIn);
        await PostAsync(session, new SessionEvent.Detached(SessionSide.Agent, Silent: false));
        await AdvanceAsync(session, Limits.AgentAway);
        Assert.Contains("lost the data channel and did not come back within 10 seconds", (await EndAsync(session)).Output);
        await StateAsync(session, SessionState.Failed);
        Assert.Equal(1, _mailbox.Count(AgentMessageType.ChannelClosed)); // its worker may live on
    }

    [Fact]
    public async Task An_agent_the_network_lost_is_waited_for_longer()
    {
        await using var session = await ConnectAsync();
        await PostAsync(session, new SessionEvent.Detached(SessionSide.Agent, Silent: true));
        await AdvanceAsync(session, Limits.AgentSilent - TimeSpan.FromSeconds(1));
        await StateAsync(session, SessionState.Connected);
        await AdvanceAsync(session, TimeSpan.FromSeconds(1));
        Assert.Contains("did not come back within 5 minutes", (await EndAsync(session)).Output);
    }

    [Fact]
    public async Task An_ssh_session_whose_agent_dies_before_any_byte_is_a_refused_destination()
    {
        await using var session = await ConnectAsync(SessionRows.NewSsh(started: _time.GetUtcNow()));
        await PostAsync(session, new SessionEvent.Detached(SessionSide.Agent, Silent: false));
        await AdvanceAsync(session, Limits.AgentAwayUnused);
        Assert.StartsWith("Connection to destination port failed", (await EndAsync(session)).Output);
    }

    [Fact]
    public async Task An_unused_ssh_session_of_our_agent_is_waited_for_like_any_other()
    {
        await using var session = await StartAsync(SessionRows.NewSsh(started: _time.GetUtcNow()), ownAgent: true);
        await PostAsync(session, AgentIn);
        await PostAsync(session, ClientIn);
        await PostAsync(session, new SessionEvent.Detached(SessionSide.Agent, Silent: false));
        await AdvanceAsync(session, Limits.AgentAway - TimeSpan.FromSeconds(1));
        await StateAsync(session, SessionState.Connected);
        await PostAsync(session, AgentIn);
        await AdvanceAsync(session, Limits.AgentAway);
        await StateAsync(session, SessionState.Connected);
    }

    [Fact]
    public async Task A_session_is_idle_when_no_data_passes_and_only_then()
    {
        var row = SessionRows.New(started: _time.GetUtcNow());
        row.IdleTimeout = (long)TimeSpan.FromMinutes(20).TotalMilliseconds;
        await using var session = await ConnectAsync(row);
        await AdvanceAsync(session, TimeSpan.FromMinutes(19));
        session.Touch();
        await AdvanceAsync(session, TimeSpan.FromMinutes(19));
        await StateAsync(session, SessionState.Connected);
        await AdvanceAsync(session, TimeSpan.FromMinutes(1));
        Assert.Equal("The session was idle for 20 minutes.", (await EndAsync(session)).Output);
    }

    [Fact]
    public async Task A_session_ends_at_its_maximum_duration_however_busy_it_is()
    {
        var row = SessionRows.New(started: _time.GetUtcNow());
        row.MaxDuration = (long)TimeSpan.FromMinutes(60).TotalMilliseconds;
        await using var session = await ConnectAsync(row);
        await AdvanceAsync(session, TimeSpan.FromMinutes(59));
        session.Touch();
        await StateAsync(session, SessionState.Connected);
        await AdvanceAsync(session, TimeSpan.FromMinutes(1));
        Assert.Equal("The session reached its maximum duration of 60 minutes.", (await EndAsync(session)).Output);
    }

    [Fact]
    public async Task A_node_that_reports_no_end_is_told_again_and_then_not_waited_for()
    {
        await using var session = await ConnectAsync();
        await PostAsync(session, new SessionEvent.Terminate("by a test", ""));
        Assert.Equal(new SessionEnd("", TellAgent: true), await EndAsync(session));
        await StateAsync(session, SessionState.Terminating);
        await PostAsync(session, new SessionEvent.Detached(SessionSide.Agent, Silent: false)); // the relay told it on the data channel
        Assert.Equal(0, _mailbox.Count(AgentMessageType.ChannelClosed)); // and AWS's agent goes deaf when told too often here
        await AdvanceAsync(session, Limits.RepeatTermination);
        Assert.Equal(1, _mailbox.Count(AgentMessageType.ChannelClosed));
        await AdvanceAsync(session, Limits.Termination - Limits.RepeatTermination);
        await StateAsync(session, SessionState.Terminated);
    }

    [Fact]
    public async Task A_session_without_a_data_channel_is_ended_on_the_control_channel()
    {
        await using var session = await StartAsync(SessionRows.New(started: _time.GetUtcNow()));
        await PostAsync(session, new SessionEvent.Terminate("by a test", ""));
        await StateAsync(session, SessionState.Terminated);
        Assert.Equal(1, _mailbox.Count(AgentMessageType.ChannelClosed));
    }

    [Theory]
    [InlineData(true, "", "Terminated")]
    [InlineData(false, "Unable to start command: no such user", "Failed")]
    public async Task The_end_a_node_reports_is_the_session_s(bool success, string output, string state)
    {
        await using var session = await StartAsync(SessionRows.New(started: _time.GetUtcNow()));
        await PostAsync(session, AgentIn);
        await PostAsync(session, new SessionEvent.TaskCompleted(success, output));
        await PostAsync(session, new SessionEvent.TaskCompleted(success, output)); // AWS's agent reports failures twice
        Assert.Equal(new SessionEnd(output, TellAgent: false), await EndAsync(session));
        await StateAsync(session, Enum.Parse<SessionState>(state));
        Assert.Equal(output, (await _store.FindAsync(session.Id, default))!.Output);
    }

    [Fact]
    public async Task A_session_taken_over_waits_for_both_ends_to_come_back()
    {
        var row = SessionRows.New(started: _time.GetUtcNow());
        await _store.InsertAsync(row, "hash", _time.GetUtcNow(), 0, default);
        await _store.ChangeStateAsync(row.Id, SessionState.Connecting, SessionState.Connected, null, null, null, null, default);
        row.State = nameof(SessionState.Connected);
        await using var session = new LiveSession(row, null, _store, _nodes, Limits, _time, NullLogger.Instance, _ => { });
        await StateAsync(session, SessionState.Disconnected);
        await AdvanceAsync(session, Limits.AfterRestart - TimeSpan.FromSeconds(1));
        await PostAsync(session, AgentIn);
        await PostAsync(session, ClientIn);
        await StateAsync(session, SessionState.Connected);
        await AdvanceAsync(session, Limits.AfterRestart);
        await StateAsync(session, SessionState.Connected);
    }

    [Fact]
    public async Task A_client_that_sleeps_through_a_restart_has_its_whole_time_to_come_back()
    {
        var row = SessionRows.New(started: _time.GetUtcNow());
        await _store.InsertAsync(row, "hash", _time.GetUtcNow(), 0, default);
        await _store.ChangeStateAsync(row.Id, SessionState.Connecting, SessionState.Connected, null, null, null, null, default);
        await using (var before = await TakeOverAsync(row.Id))
        {
            await PostAsync(before, AgentIn);
            await AdvanceAsync(before, TimeSpan.FromMinutes(8)); // the connection was there at the restart, and nothing came since
            await StateAsync(before, SessionState.Disconnected);
        }
        _time.Advance(TimeSpan.FromMinutes(1)); // down once more
        await using var session = await TakeOverAsync(row.Id);
        await PostAsync(session, AgentIn);
        await AdvanceAsync(session, Limits.ClientSilent - TimeSpan.FromMinutes(9) - TimeSpan.FromSeconds(2));
        await StateAsync(session, SessionState.Disconnected);
        await AdvanceAsync(session, TimeSpan.FromSeconds(4));
        await EndAsync(session);
    }

    [Fact]
    public async Task A_client_that_closed_its_socket_before_a_restart_has_as_long_as_the_ends_of_any_session_after_it()
    {
        var session = await ConnectAsync();
        await PostAsync(session, new SessionEvent.Detached(SessionSide.Client, Silent: false));
        await StateAsync(session, SessionState.Disconnected);
        await session.DisposeAsync();
        await using var later = await TakeOverAsync(session.Id);
        await PostAsync(later, AgentIn);
        await AdvanceAsync(later, Limits.AfterRestart - TimeSpan.FromSeconds(1));
        await StateAsync(later, SessionState.Disconnected);
        await AdvanceAsync(later, TimeSpan.FromSeconds(2));
        await EndAsync(later);
    }

    [Fact]
    public async Task A_session_taken_over_fails_when_its_agent_does_not_come_back()
    {
        var row = SessionRows.New(started: _time.GetUtcNow());
        await _store.InsertAsync(row, "hash", _time.GetUtcNow(), 0, default);
        await _store.ChangeStateAsync(row.Id, SessionState.Connecting, SessionState.Connected, null, null, null, null, default);
        row.State = nameof(SessionState.Connected);
        await using var session = new LiveSession(row, null, _store, _nodes, Limits, _time, NullLogger.Instance, _ => { });
        await PostAsync(session, ClientIn);
        await AdvanceAsync(session, Limits.AfterRestart);
        Assert.Contains("after the gateway was restarted", (await EndAsync(session)).Output);
        await StateAsync(session, SessionState.Failed);
    }

    [Fact]
    public async Task Resumptions_are_answered_at_once_in_a_burst_then_one_a_second_then_not()
    {
        await using var session = await ConnectAsync();
        var longest = TimeSpan.FromSeconds(3);
        var waits = new List<TimeSpan>();
        while (session.TryReserveResume(longest, out var wait))
            waits.Add(wait);
        Assert.Equal([0, 0, 0, 0, 0, 1, 2, 3], waits.Select(wait => wait.TotalSeconds));
        _time.Advance(TimeSpan.FromSeconds(10));
        Assert.True(session.TryReserveResume(longest, out var later));
        Assert.Equal(TimeSpan.Zero, later);
    }

    [Fact]
    public async Task A_gateway_that_stops_leaves_the_session_live()
    {
        var session = await ConnectAsync();
        await session.DisposeAsync();
        Assert.True(session.Ending.IsCanceled);
        Assert.Equal(SessionState.Connected, (await _store.FindAsync(session.Id, default))!.Status);
    }

    private async Task<LiveSession> TakeOverAsync(string id)
        => new((await _store.FindAsync(id, default))!, null, _store, _nodes, Limits, _time, NullLogger.Instance, _ => { });

    private async Task<LiveSession> StartAsync(SessionRow row, bool ownAgent = false)
    {
        await _store.InsertAsync(row, "hash", _time.GetUtcNow(), 0, default);
        var task = MessageFactory.Raw(AgentMessageType.InteractiveShell, "{}"u8, _time);
        return new LiveSession(row, task, _store, _nodes, Limits, _time, NullLogger.Instance, _ => { }, ownAgent);
    }

    private async Task<LiveSession> ConnectAsync(SessionRow? row = null)
    {
        var session = await StartAsync(row ?? SessionRows.New(started: _time.GetUtcNow()));
        await PostAsync(session, AgentIn);
        await PostAsync(session, ClientIn);
        await StateAsync(session, SessionState.Connected);
        return session;
    }

    private async Task PostAsync(LiveSession session, SessionEvent happened)
    {
        await session.PostAsync(happened, default);
        await session.DecidedAsync(default).WaitAsync(DataStream.Deadline.Time);
    }

    private async Task AdvanceAsync(LiveSession session, TimeSpan by)
    {
        _time.Advance(by);
        await session.DecidedAsync(default).WaitAsync(DataStream.Deadline.Time);
    }

    private async Task StateAsync(LiveSession session, SessionState expected)
    {
        await session.DecidedAsync(default).WaitAsync(DataStream.Deadline.Time);
        Assert.Equal(expected, (await _store.FindAsync(session.Id, default))!.Status);
    }

    private static Task<SessionEnd> EndAsync(LiveSession session) => session.Ending.WaitAsync(DataStream.Deadline.Time);

    private sealed class Mailbox : INodeConnection
    {
        private readonly ConcurrentQueue<AgentMessageType> _types = new();

        public bool TryPost(byte[] frame)
        {
            Assert.True(AgentMessageCodec.TryRead(frame, out var header, out _));
            _types.Enqueue(header.MessageType);
            return true;
        }

        public void Close(string reason) { }

        public int Count(AgentMessageType type) => _types.Count(posted => posted == type);

    }
}
