using Postern.Protocol.Recordings;
using Postern.Server.Recordings;
using Postern.Server.Recordings.Delivery;
using Postern.Tests.Support;

namespace Postern.Tests.Recordings.Delivery;

public sealed class LogTailTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_file_seen_while_any_of_its_bytes_was_written_is_read_on_behind_its_last_whole_chunk()
    {
        await using var world = await RecordingWorld.CreateAsync();
        await world.OutAsync(0, "one\r\ntwo\r\n");
        await world.EndAsync();
        var bytes = await File.ReadAllBytesAsync(world.Path, Cancel);
        int begin;
        await using (var file = File.OpenRead(world.Path))
            begin = (await RecordingHeader.ReadAsync(file, Cancel)).Size;
        for (var seen = begin; seen < bytes.Length; seen++)
        {
            await File.WriteAllBytesAsync(world.Path, bytes[..seen], Cancel);
            await using var tail = await OpenAsync(world);
            List<string> lines = [.. (await tail.ReadAsync(10, Cancel)).Select(line => line.Message)];
            Assert.False(tail.IsOver);
            await using (var file = new FileStream(world.Path, FileMode.Append))
                await file.WriteAsync(bytes.AsMemory(seen), Cancel);
            lines.AddRange((await tail.ReadAsync(10, Cancel)).Select(line => line.Message));
            Assert.Equal(["one", "two"], lines);
            Assert.True(tail.IsOver);
        }
    }

    [Fact]
    public async Task Tails_that_are_visited_all_the_time_keep_their_places()
    {
        await using var world = await RecordingWorld.CreateAsync();
        await world.OutAsync(0, "one\r\n");
        await world.EndAsync();
        var time = new ManualTime();
        await using var tails = new LogTails(time, room: 1);
        var (first, second) = (await OpenAsync(world), await OpenAsync(world));
        Assert.True(await tails.PutAsync("first", first));
        Assert.False(await tails.PutAsync("second", second));
        Assert.Null(tails.Take("second"));
        Assert.Same(first, tails.Take("first"));
        Assert.Null(tails.Take("first")); // somebody has it: it can be neither given nor closed

        Assert.True(await tails.PutAsync("first", first));
        time.Advance(LogTails.Unused);
        Assert.True(await tails.PutAsync("third", await OpenAsync(world)));
        Assert.Null(tails.Take("first"));
    }

    private static async Task<LogTail> OpenAsync(RecordingWorld world) => (await LogTail.OpenAsync(world.Folder, world.Keys, Path.GetRelativePath(world.Folder.Root, world.Path), Cancel))!;
}
