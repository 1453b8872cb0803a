using Postern.Server.Logs;
using Postern.Server.Recordings;
using Postern.Server.Recordings.Delivery;
using Postern.Server.Settings;
using Postern.Server.Storage;

namespace Postern.Tests.Recordings.Delivery;

public sealed class LogDeliveryTests
{
    private const int Lines = 3000;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task One_with_many_lines_leaves_the_others_their_turns_and_goes_on_where_it_was()
    {
        await using var world = await PrintedAsync();
        await using var delivery = Delivery(world, new HurriedTime());
        var (row, recording) = await EnterAsync(world);
        var turns = 1;
        while (await delivery.RunAsync(row, recording, Cancel) is { } again)
        {
            Assert.Equal(TimeSpan.Zero, again);
            Assert.InRange(row.Position, turns++, Lines);
        }
        Assert.True(turns > 2);
        Assert.Equal(Enumerable.Range(0, Lines).Select(i => $"line {i}"), await ArrivedAsync(world));
    }

    [Fact]
    public async Task What_has_arrived_is_noted_on_the_way_and_what_has_not_arrives_once()
    {
        await using var world = await PrintedAsync();
        await using var delivery = Delivery(world, TimeProvider.System);
        var (row, recording) = await EnterAsync(world);
        await world.Database.ExecuteAsync("CREATE TRIGGER away BEFORE INSERT ON log_events WHEN NEW.message = 'line 2500' BEGIN SELECT RAISE(ABORT, 'away'); END", null, Cancel);
        await Assert.ThrowsAnyAsync<System.Data.Common.DbException>(() => delivery.RunAsync(row, recording, Cancel));
        // A gateway that is killed here has this only.
        row = Assert.Single(await Store(world).ListAsync(row.SessionId, Cancel));
        Assert.InRange(row.Position, 1, 2500);
        Assert.Equal(row.Position, (await ArrivedAsync(world)).Count);

        await world.Database.ExecuteAsync("DROP TRIGGER away", null, Cancel);
        await using var next = Delivery(world, TimeProvider.System);
        while (await next.RunAsync(row, recording, Cancel) is { } again)
            Assert.Equal(TimeSpan.Zero, again);
        Assert.Equal(Enumerable.Range(0, Lines).Select(i => $"line {i}"), await ArrivedAsync(world));
    }

    private static async Task<RecordingWorld> PrintedAsync()
    {
        var world = await RecordingWorld.CreateAsync();
        await world.OutAsync(0, string.Concat(Enumerable.Range(0, Lines).Select(i => $"line {i}\r\n")));
        await world.EndAsync();
        return world;
    }

    private static DeliveryStore Store(RecordingWorld world) => new(world.Database, TimeProvider.System);

    private static LogDelivery Delivery(RecordingWorld world, TimeProvider time)
    {
        var options = new ServerOptions();
        return new LogDelivery(world.Folder, world.Keys, new LogStore(world.Database, TimeProvider.System), Store(world), new AwsAccess(options), options, time);
    }

    private static async Task<(DeliveryRow, RecordingRow)> EnterAsync(RecordingWorld world)
    {
        var path = Path.GetRelativePath(world.Folder.Root, world.Path);
        var recording = new RecordingRow { SessionId = RecordingFolder.SessionOf(path), Path = path, State = RecordingRow.Complete };
        await Store(world).AddAsync(recording.SessionId, DeliveryRow.Logs, "here", """{"logGroup":"/sessions"}""", Cancel);
        return (Assert.Single(await Store(world).ListAsync(recording.SessionId, Cancel)), recording);
    }

    private static async Task<List<string>> ArrivedAsync(RecordingWorld world) => [.. await world.Database.QueryAsync<string>("SELECT message FROM log_events ORDER BY id", null, Cancel)];

    /// <summary>Whoever looks at it twice has used up a turn.</summary>
    private sealed class HurriedTime : TimeProvider
    {
        private long _seconds;

        public override long TimestampFrequency => 1;

        public override long GetTimestamp() => Interlocked.Increment(ref _seconds);
    }
}
