using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Postern.Protocol.Messages;
using Postern.Protocol.Recordings;
using Postern.Server.Iam;
using Postern.Server.Nodes;
using Postern.Server.Recordings;
using Postern.Server.Sessions;
using Postern.Server.Settings;
using Postern.Server.Storage;
using Postern.Tests.DataStream;
using Postern.Tests.Sessions;
using Postern.Tests.Storage;
using Postern.Tests.Support;

namespace Postern.Tests.Recordings;

/// <summary>The recording of one session, in a folder of its own, without a relay: messages are offered by hand.</summary>
internal sealed class RecordingWorld : IAsyncDisposable
{
    private readonly TempFolder _folder = new();
    private readonly List<RecordingNews> _news = [];
    private readonly TaskCompletionSource _failed = new(TaskCreationOptions.RunContinuationsAsynchronously), _recovered = new(TaskCreationOptions.RunContinuationsAsynchronously), _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private DatabaseFixture _database = null!;
    private LiveSession _session = null!;

    private RecordingWorld() { }

    public ManualTime Time { get; } = new();
    public RecordingLimits Limits { get; private init; } = new();
    public RecordingKeys Keys { get; private set; } = null!;
    public RecordingWriter Writer { get; private set; } = null!;
    public RecordingFolder Folder { get; private set; } = null!;
    public SessionRecording Recording { get; private set; } = null!;
    public Database Database => _database.Database;
    /// <summary>Of the session, in the header.</summary>
    public string? Reason { get; set; }
    public Task Failed => _failed.Task.WaitAsync(Deadline.Time);
    public Task Recovered => _recovered.Task.WaitAsync(Deadline.Time);
    public string Path => Folder.Full(RecordingFolder.PathOf(_session.Row));

    public IReadOnlyList<RecordingNews> News
    {
        get
        {
            lock (_news)
                return [.. _news];
        }
    }

    public static async Task<RecordingWorld> CreateAsync(RecordingMode mode = RecordingMode.IfPossible, Func<SessionRow>? kind = null, RecordingLimits? limits = null, bool broken = false)
    {
        var world = new RecordingWorld { Limits = limits ?? new RecordingLimits(), _database = await DatabaseFixture.CreateAsync(DatabaseKind.Sqlite) };
        world.Folder = new RecordingFolder(new ServerOptions { Data = world._folder.Path });
        if (broken)
            await File.WriteAllTextAsync(world.Folder.Root, "in the way");
        world.Keys = new RecordingKeys(world._database.Database, MasterKey.LoadOrCreate(world._folder["master.key"]), world.Time);
        await world.Keys.StartAsync(default);
        world.Writer = new RecordingWriter(world.Limits, world.Time, NullLogger<RecordingWriter>.Instance);
        var row = kind?.Invoke() ?? SessionRows.New();
        row.StartedAt = world.Time.GetUtcNow().ToUnixTimeMilliseconds();
        world._session = world.Live(row, "{}"u8.ToArray());
        world.Begin(mode, null);
        return world;
    }

    /// <summary>The next process takes the session over.</summary>
    public async Task ContinueAsync(RecordingMode mode = RecordingMode.IfPossible)
    {
        var start = await Folder.ContinueAsync(RecordingFolder.PathOf(_session.Row), Keys, default);
        _session = Live(_session.Row, null);
        Begin(mode, start);
    }

    /// <summary>Stops recording as a gateway does that is stopped.</summary>
    public async Task StopAsync()
    {
        Recording.Close(null);
        await Recording.Closed.WaitAsync(Deadline.Time);
    }

    public async Task EndAsync()
    {
        Recording.Close(new RecordingEnd { EndedAt = 1, Reason = "over" });
        await Recording.Closed.WaitAsync(Deadline.Time);
        await _ended.Task.WaitAsync(Deadline.Time); // told once it is closed
    }

    public ValueTask<bool> OutAsync(long number, string text, PayloadType type = PayloadType.Output) => PassAsync(SessionSide.Agent, number, Encoding.UTF8.GetBytes(text), type);

    public ValueTask<bool> InAsync(long number, string text, PayloadType type = PayloadType.Output) => PassAsync(SessionSide.Client, number, Encoding.UTF8.GetBytes(text), type);

    public ValueTask<bool> PassAsync(SessionSide side, long number, byte[] payload, PayloadType type = PayloadType.Output) => Recording.PassingAsync(side,
        new AgentMessageHeader { SequenceNumber = number, PayloadType = type, PayloadLength = payload.Length }, payload, default);

    /// <summary>Kinds and bodies of all events in the file.</summary>
    public async Task<List<string>> EventsAsync()
    {
        await using var file = File.OpenRead(Path);
        var (events, _) = await RecordingBytes.ReadAsync(file, Keys.SealingKey);
        return [.. events.Select(text => text[(text.IndexOf(' ') + 1)..])];
    }

    public async Task<RecordingVerdict> VerifyAsync()
    {
        await using var file = File.OpenRead(Path);
        return await RecordingVerifier.VerifyAsync(file, default);
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        await Writer.DisposeAsync();
        await _session.DisposeAsync();
        await _database.DisposeAsync();
        _folder.Dispose();
    }

    private LiveSession Live(SessionRow row, byte[]? task)
        => new(row, task, new SessionStore(_database.Database, Time), new NodeConnections(), new SessionLimits(), Time, NullLogger.Instance, _ => { });

    private void Begin(RecordingMode mode, RecordingStart? start)
    {
        var facts = new RecordingFacts { SessionId = _session.Id, Kind = RecordingKinds.Of(_session.Row) };
        start ??= new RecordingStart(RecordingFile.New(Path, () => facts with { Reason = Reason }, Keys), default, 0, 0, 0, null);
        Recording = new SessionRecording(_session, mode, RecordingFolder.PathOf(_session.Row), start, Writer, Limits, Time, (_, news) =>
        {
            lock (_news)
                _news.Add(news);
            if (news is RecordingNews.Ended or RecordingNews.Abandoned)
                _ended.TrySetResult();
            if (news == RecordingNews.Failed)
                _failed.TrySetResult();
            if (news == RecordingNews.Recovered)
                _recovered.TrySetResult();
        });
    }
}
