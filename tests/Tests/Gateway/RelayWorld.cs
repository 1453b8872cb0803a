using Microsoft.Extensions.Logging.Abstractions;
using Postern.Protocol.Messages;
using Postern.Server.Gateway;
using Postern.Server.Nodes;
using Postern.Server.Recordings;
using Postern.Server.Sessions;
using Postern.Tests.DataStream;
using Postern.Tests.Sessions;
using Postern.Tests.Storage;
using Postern.Tests.Support;

namespace Postern.Tests.Gateway;

/// <summary>One session and its relay over a real database, with sockets in memory and a clock that is moved by hand.</summary>
internal sealed class RelayWorld : IAsyncDisposable
{
    public const string StockRequest = """{"AgentVersion":"3.3.1142.0","RequestedClientActions":[]}""";
    public const string StockResponse = """{"ClientVersion":"1.2.677.0","ProcessedClientActions":[],"Errors":null}""";
    public const string Completed = """{"HandshakeTimeToComplete":1,"CustomerMessage":""}""";

    private readonly List<SocketPair> _pairs = [];
    private readonly List<Task> _runs = [];
    private DatabaseFixture _database = null!;

    private RelayWorld() { }

    public ManualTime Time { get; } = new();
    public RelayOptions Options { get; private init; } = new();
    public SessionStore Store { get; private set; } = null!;
    public LiveSession Session { get; private set; } = null!;
    public SessionRelay Relay { get; private set; } = null!;

    /// <param name="kind">Makes the row; a shell when null.</param>
    /// <param name="takenOver">As after a restart of the gateway.</param>
    /// <param name="options">Of the relay.</param>
    /// <param name="recording">Of a session of that kind; null: it is not recorded.</param>
    public static async Task<RelayWorld> CreateAsync(Func<DateTimeOffset, SessionRow>? kind = null, bool takenOver = false, RelayOptions? options = null, SessionRecording? recording = null)
    {
        var world = new RelayWorld { Options = options ?? new RelayOptions(), _database = await DatabaseFixture.CreateAsync(DatabaseKind.Sqlite) };
        world.Store = new SessionStore(world._database.Database, world.Time);
        var row = kind?.Invoke(world.Time.GetUtcNow()) ?? SessionRows.New(started: world.Time.GetUtcNow());
        await world.Store.InsertAsync(row, "hash", world.Time.GetUtcNow(), 0, default);
        var task = takenOver ? null : MessageFactory.Raw(AgentMessageType.InteractiveShell, "{}"u8, world.Time);
        world.Session = new LiveSession(row, task, world.Store, new NodeConnections(), new SessionLimits(), world.Time, NullLogger.Instance, _ => { });
        world.Relay = new SessionRelay(world.Session, world.Options, world.Time, NullLogger.Instance, _ => { }, recording);
        return world;
    }

    public FakeEnd AttachAgent() => FakeEnd.Agent(Attach(SessionSide.Agent).Client);

    public FakeEnd AttachClient() => FakeEnd.Client(Attach(SessionSide.Client).Client);

    public SocketPair Attach(SessionSide side)
    {
        var pair = new SocketPair();
        _pairs.Add(pair);
        _runs.Add(Task.Run(async () =>
        {
            var socket = new ChannelSocket(pair.Server, pair.Server.Abort, default, Options.ClosedUnread, Time);
            await Relay.RunSocketAsync(socket, side);
            await socket.CloseAsync(System.Net.WebSockets.WebSocketCloseStatus.NormalClosure);
        }));
        return pair;
    }

    /// <summary>A stock agent's handshake up to the response, which the agent has received; HandshakeComplete is to come, with number 1.</summary>
    public async Task HandshakeAsync(FakeEnd agent, FakeEnd client, string request = StockRequest, string response = StockResponse)
    {
        await agent.SendAsync(0, request, PayloadType.HandshakeRequest);
        Assert.Equal("out 0", await client.NextAsync());
        await client.AcknowledgeAsync(0);
        await client.SendAsync(0, response, PayloadType.HandshakeResponse);
        Assert.Equal("ack 0", await agent.NextAsync());
        Assert.Equal("in 0", await agent.NextAsync());
    }

    /// <summary>The whole handshake, in the right order, with the waits passed.</summary>
    public async Task CompleteHandshakeAsync(FakeEnd agent, FakeEnd client, string response = StockResponse)
    {
        await HandshakeAsync(agent, client, response: response);
        await agent.AcknowledgeAsync(0);
        Assert.Equal("ack 0", await client.NextAsync());
        await agent.SendAsync(1, Completed, PayloadType.HandshakeComplete);
        await Time.WaitForTimerAsync(Options.AgentSettles);
        Time.Advance(Options.AgentSettles);
        Assert.Equal("out 1", await client.NextAsync());
        await client.AcknowledgeAsync(1);
        Assert.Equal("ack 1", await agent.NextAsync());
    }

    /// <summary>Returns when the relay has dealt with everything the agent sent: an answer to a repetition comes back. Needs an acknowledged message.</summary>
    public static async Task SettleAsync(FakeEnd agent, long acknowledged)
    {
        await agent.ResendAsync(acknowledged);
        while (await agent.NextAsync() != $"ack {acknowledged}")
            continue;
    }

    public async Task<SessionState> StateAsync()
    {
        await Session.DecidedAsync(default).WaitAsync(Deadline.Time);
        return (await Store.FindAsync(Session.Id, default))!.Status;
    }

    /// <summary>Moves the clock on and waits for what the session makes of it.</summary>
    public async Task AdvanceAsync(TimeSpan by)
    {
        Time.Advance(by);
        await Session.DecidedAsync(default).WaitAsync(Deadline.Time);
    }

    public async Task StateIsAsync(SessionState expected)
    {
        using var deadline = new CancellationTokenSource(Deadline.Time);
        while (await StateAsync() != expected)
            await Task.Delay(5, deadline.Token); // sockets tell of their end on threads of their own
    }

    public async ValueTask DisposeAsync()
    {
        await Relay.StopAsync();
        await Session.DisposeAsync();
        await Task.WhenAll(_runs).WaitAsync(Deadline.Time);
        _pairs.ForEach(pair => pair.Dispose());
        await _database.DisposeAsync();
    }
}
