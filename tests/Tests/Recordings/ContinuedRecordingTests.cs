using System.Security.Cryptography;
using Postern.Protocol.Recordings;
using Postern.Server.Settings;
using Postern.Tests.DataStream;

namespace Postern.Tests.Recordings;

/// <summary>What the next process makes of a recording whose gateway was killed.</summary>
public sealed class ContinuedRecordingTests
{
    private const string Restarted = """m {"text":"The gateway was restarted; the recording goes on."}""";
    private const string Again = """m {"text":"What the client sends again after the restart, and the node has not acknowledged, is recorded again: whether it is what passed before is not known."}""";

    [Fact]
    public async Task Nothing_of_half_a_chunk_remains_behind_a_smaller_one_that_is_written_over_it()
    {
        await using var world = await RecordingWorld.CreateAsync();
        await world.OutAsync(0, "kept");
        await world.Recording.FlushAsync(default).WaitAsync(Deadline.Time);
        await world.OutAsync(1, Convert.ToHexString(RandomNumberGenerator.GetBytes(10_000)));
        await world.StopAsync();
        Cut(world, 1);
        await world.ContinueAsync();
        await world.OutAsync(1, "small");
        await world.Recording.FlushAsync(default).WaitAsync(Deadline.Time);
        var verdict = await world.VerifyAsync();
        Assert.Equal((RecordingState.Open, null), (verdict.State, verdict.Fault));
        await world.StopAsync();
        await world.ContinueAsync(); // killed once more
        await world.EndAsync();
        Assert.Equal(["o kept", Restarted, "o small"], await world.EventsAsync());
    }

    [Fact]
    public async Task An_end_whose_signature_was_cut_off_is_no_part_of_the_chain_that_goes_on()
    {
        await using var world = await RecordingWorld.CreateAsync();
        await world.OutAsync(0, "kept");
        await world.EndAsync();
        Cut(world, 1);
        await world.ContinueAsync();
        await world.OutAsync(1, "after");
        await world.EndAsync();
        Assert.Equal(RecordingState.Complete, (await world.VerifyAsync()).State);
        Assert.Equal(["o kept", Restarted, "o after"], await world.EventsAsync());
    }

    /// <summary>A killed process leaves what it wrote to the kernel: whoever reads it there does not know that it is on the disk.</summary>
    [Fact]
    public async Task In_strict_mode_what_an_earlier_process_wrote_is_flushed_before_anything_passes_on_it()
    {
        await using var world = await RecordingWorld.CreateAsync(RecordingMode.Strict);
        Assert.True(await world.InAsync(0, "x").AsTask().WaitAsync(Deadline.Time));
        await world.StopAsync();
        await world.ContinueAsync(RecordingMode.Strict);
        world.Recording.KnowAcknowledged(_ => true);
        var flushes = world.Writer.Flushes;
        Assert.True(await world.InAsync(0, "x").AsTask().WaitAsync(Deadline.Time));
        Assert.True(world.Writer.Flushes > flushes);
    }

    [Fact]
    public async Task In_strict_mode_nothing_passes_on_what_cannot_be_flushed()
    {
        await using var world = await RecordingWorld.CreateAsync(RecordingMode.Strict);
        Assert.True(await world.InAsync(0, "x").AsTask().WaitAsync(Deadline.Time));
        await world.StopAsync();
        await world.ContinueAsync(RecordingMode.Strict);
        world.Recording.KnowAcknowledged(_ => true);
        File.Delete(world.Path);
        Assert.False(await world.InAsync(0, "x").AsTask().WaitAsync(Deadline.Time));
    }

    [Theory]
    [InlineData("ifPossible")]
    [InlineData("strict")]
    public async Task What_was_withheld_over_a_restart_is_recorded_when_it_comes(string mode)
    {
        await using var world = await RecordingWorld.CreateAsync();
        await world.InAsync(0, "a");
        await world.InAsync(2, "c");
        world.Time.Advance(world.Limits.LongestGap);
        await world.InAsync(3, "d");
        await world.StopAsync();
        await world.ContinueAsync(RecordingModes.Find(mode)!.Value);
        Assert.True(await world.InAsync(1, "rm -rf /").AsTask().WaitAsync(Deadline.Time));
        Assert.True(await world.InAsync(1, "rm -rf /").AsTask().WaitAsync(Deadline.Time)); // once
        Assert.False(await world.InAsync(1, "ls").AsTask().WaitAsync(Deadline.Time));
        Assert.True(await world.InAsync(4, "e").AsTask().WaitAsync(Deadline.Time));
        await world.EndAsync();
        Assert.Equal(["i a", """g {"from":"client","messages":1,"reason":"They never came."}""", "i c", "i d", Restarted, Again, "i rm -rf /",
            """m {"text":"The client sent a message a second time with other content. Such are not passed on."}""", "i e"], await world.EventsAsync());
    }

    [Fact]
    public async Task What_the_node_has_not_acknowledged_does_not_come_after_a_restart_as_something_else_unrecorded()
    {
        await using var world = await RecordingWorld.CreateAsync();
        await world.InAsync(0, "a");
        await world.InAsync(1, "b");
        await world.InAsync(2, "c");
        await world.StopAsync();
        await world.ContinueAsync();
        world.Recording.KnowAcknowledged(number => number == 0);
        Assert.True(await world.InAsync(0, "seen")); // the node takes it no more
        Assert.True(await world.InAsync(2, "rm"));
        Assert.True(await world.InAsync(1, "b"));
        Assert.True(await world.InAsync(3, "d"));
        await world.EndAsync();
        Assert.Equal(["i a", "i b", "i c", Restarted, Again, "i rm", "i b", "i d"], await world.EventsAsync());
    }

    [Fact]
    public async Task What_is_shown_again_after_a_restart_is_not_recorded_again()
    {
        await using var world = await RecordingWorld.CreateAsync();
        await world.OutAsync(0, "a");
        await world.StopAsync();
        await world.ContinueAsync();
        await world.OutAsync(0, "a");
        await world.OutAsync(1, "b");
        await world.EndAsync();
        Assert.Equal(["o a", Restarted, "o b"], await world.EventsAsync());
    }

    private static void Cut(RecordingWorld world, int bytes)
    {
        using var file = File.OpenWrite(world.Path);
        file.SetLength(file.Length - bytes);
    }
}
