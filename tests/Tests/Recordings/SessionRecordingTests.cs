using Postern.Protocol.Messages;
using Postern.Protocol.Recordings;
using Postern.Server.Recordings;
using Postern.Server.Settings;
using Postern.Tests.DataStream;
using Postern.Tests.Sessions;
using Postern.Tests.Support;

namespace Postern.Tests.Recordings;

public sealed class SessionRecordingTests
{
    [Fact]
    public async Task A_shell_is_recorded_with_what_was_typed_shown_and_resized_in_order()
    {
        await using var world = await RecordingWorld.CreateAsync();
        await world.InAsync(0, """{"cols":120,"rows":40}""", PayloadType.Size);
        await world.OutAsync(0, "$ ");
        await world.InAsync(1, "ls\r");
        await world.OutAsync(1, "ls\r\n");
        await world.OutAsync(2, "oops", PayloadType.StdErr);
        await world.EndAsync();
        Assert.Equal(["r 120x40", "o $ ", "i ls\r", "o ls\r\n", "o oops"], await world.EventsAsync());
        Assert.Equal(RecordingState.Complete, (await world.VerifyAsync()).State);
        Assert.Equal([RecordingNews.Begun, RecordingNews.Ended], world.News);
    }

    [Fact]
    public async Task Nothing_is_left_to_do_for_one_that_has_ended()
    {
        await using var world = await RecordingWorld.CreateAsync();
        await world.OutAsync(0, "a");
        await world.EndAsync();
        Assert.Equal((false, false), world.Recording.WriteOut([])); // each write would ask for a flush, and each flush for a write
    }

    [Fact]
    public async Task Repetitions_are_left_out_and_what_came_early_waits_for_its_turn()
    {
        await using var world = await RecordingWorld.CreateAsync();
        foreach (var (number, text) in new[] { (0, "a"), (2, "c"), (0, "a"), (1, "b"), (2, "c"), (3, "d") })
            Assert.True(await world.OutAsync(number, text));
        await world.EndAsync();
        Assert.Equal(["o a", "o b", "o c", "o d"], await world.EventsAsync());
    }

    [Fact]
    public async Task What_was_recorded_is_in_the_file_after_an_interval()
    {
        await using var world = await RecordingWorld.CreateAsync();
        await world.OutAsync(0, "soon");
        var flushed = world.Recording.FlushAsync(default);
        await flushed.WaitAsync(Deadline.Time);
        Assert.Equal(["o soon"], await world.EventsAsync());
        Assert.Equal(RecordingState.Open, (await world.VerifyAsync()).State);
    }

    [Fact]
    public async Task After_a_restart_the_recording_goes_on_without_repeating_anything()
    {
        await using var world = await RecordingWorld.CreateAsync();
        await world.OutAsync(0, "before");
        await world.InAsync(0, "x");
        await world.StopAsync();
        await world.ContinueAsync();
        await world.OutAsync(0, "before");
        await world.OutAsync(1, "after");
        await world.InAsync(1, "y");
        await world.EndAsync();
        Assert.Equal(["o before", "i x", """m {"text":"The gateway was restarted; the recording goes on."}""", "o after", "i y"], await world.EventsAsync());
        Assert.Equal(RecordingState.Complete, (await world.VerifyAsync()).State);
    }

    [Fact]
    public async Task After_a_kill_half_a_chunk_is_written_over_and_what_is_missing_is_a_gap()
    {
        await using var world = await RecordingWorld.CreateAsync();
        await world.OutAsync(0, "kept");
        await world.Recording.FlushAsync(default).WaitAsync(Deadline.Time);
        await world.OutAsync(1, "lost");
        await world.StopAsync();
        await using (var file = File.OpenWrite(world.Path))
            file.SetLength(file.Length - 1);
        await world.ContinueAsync();
        await world.OutAsync(2, "after");
        world.Time.Advance(world.Limits.LongestGap);
        await world.OutAsync(3, "more");
        await world.EndAsync();
        Assert.Equal(["o kept", """m {"text":"The gateway was restarted; the recording goes on."}""", """g {"from":"agent","messages":1,"reason":"They passed before the gateway was restarted, and were not yet on the disk."}""", "o after", "o more"],
            await world.EventsAsync());
        Assert.Equal(RecordingState.Complete, (await world.VerifyAsync()).State);
    }

    [Fact]
    public async Task After_a_kill_what_follows_lost_messages_is_recorded_soon_also_when_nothing_comes_after_it()
    {
        await using var world = await RecordingWorld.CreateAsync();
        await world.OutAsync(0, "kept");
        await world.StopAsync();
        await world.ContinueAsync();
        var seen = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        world.Recording.Attach((_, recorded) =>
        {
            if (recorded.Text == "after")
                seen.TrySetResult();
        });
        await world.OutAsync(2, "after");
        Assert.False(seen.Task.IsCompleted);
        world.Time.Advance(world.Limits.LongestGapAfterRestart + world.Limits.FlushInterval);
        await seen.Task.WaitAsync(Deadline.Time);
    }

    /// <summary>A tunnel's file says where it is when a connection is opened or closed: that may be days ago.</summary>
    [Fact]
    public async Task After_a_kill_what_the_receiver_has_keeps_nothing_back_however_much_it_is()
    {
        await using var world = await RecordingWorld.CreateAsync(kind: () => SessionRows.New(type: "Port", portType: "LocalPortForwarding"));
        await world.OutAsync(0, "opened");
        await world.StopAsync();
        await world.ContinueAsync();
        world.Recording.Follow(number => number, number => Math.Max(number, 1_000_000));
        for (var number = 1_000_000; number < 1_000_000 + 2 * world.Limits.MaxEarlyMessages; number++)
            Assert.True(await world.OutAsync(number, "more").AsTask().WaitAsync(Deadline.Time));
        Assert.Equal(0, world.Recording.Totals.Gaps);
    }

    [Fact]
    public async Task After_a_kill_what_cannot_be_kept_waits_for_the_first_acknowledgement_instead_of_being_dropped()
    {
        await using var world = await RecordingWorld.CreateAsync(limits: new RecordingLimits { MaxEarlyMessages = 2 });
        await world.OutAsync(0, "kept");
        await world.StopAsync();
        await world.ContinueAsync();
        long received = 0;
        world.Recording.Follow(number => number, number => Math.Max(number, received));
        Assert.True(await world.OutAsync(10, "10"));
        Assert.True(await world.OutAsync(11, "11"));
        var waiting = world.OutAsync(100, "100").AsTask();
        Assert.False(waiting.IsCompleted);
        received = 100;
        world.Recording.Acknowledged();
        Assert.True(await waiting.WaitAsync(Deadline.Time));
        // Not one more second goes into what was acknowledged in the middle.
        Assert.True(await world.OutAsync(101, "101").AsTask().WaitAsync(Deadline.Time));
        await world.EndAsync();
        Assert.Equal(["o kept", """m {"text":"The gateway was restarted; the recording goes on."}""", Passed(9), "o 10", "o 11", Passed(88), "o 100", "o 101"], await world.EventsAsync());

        static string Passed(int messages) => $$"""g {"from":"agent","messages":{{messages}},"reason":"They passed before the gateway was restarted, and were not yet on the disk."}""";
    }

    [Fact]
    public async Task After_a_kill_nobody_waits_long_for_an_acknowledgement_that_does_not_come()
    {
        await using var world = await RecordingWorld.CreateAsync(limits: new RecordingLimits { MaxEarlyMessages = 1 });
        await world.OutAsync(0, "kept");
        await world.StopAsync();
        await world.ContinueAsync();
        world.Recording.Follow(number => number, number => number);
        Assert.True(await world.OutAsync(10, "10"));
        var waiting = world.OutAsync(11, "11").AsTask();
        Assert.False(waiting.IsCompleted);
        world.Time.Advance(world.Limits.LongestGapAfterRestart);
        Assert.True(await waiting.WaitAsync(Deadline.Time));
    }

    [Fact]
    public async Task Where_recording_is_wished_for_a_session_goes_on_without_and_is_recorded_again_later_with_a_gap()
    {
        await using var world = await RecordingWorld.CreateAsync(limits: new RecordingLimits { ChunkSize = 16, MaxWaiting = 2 }, broken: true);
        for (var i = 0; i < 20; i++)
            Assert.True(await world.OutAsync(i, "0123456789abcdef"));
        await world.Failed;
        File.Delete(world.Folder.Root);
        for (var i = 0; i < 100 && !world.Recovered.IsCompleted; i++)
        {
            world.Time.Advance(world.Limits.RetryAfterFailure);
            await Task.WhenAny(world.Recovered, Task.Delay(100));
        }
        await world.Recovered;
        Assert.True(await world.OutAsync(20, "again"));
        await world.EndAsync();
        var events = await world.EventsAsync();
        Assert.Equal("o 0123456789abcdef", events[0]);
        Assert.Contains(events, found => found.StartsWith("g {", StringComparison.Ordinal) && found.Contains("The disk did not take them."));
        Assert.Equal("o again", events[^1]);
        Assert.Equal(RecordingState.Complete, (await world.VerifyAsync()).State);
    }

    [Theory]
    [InlineData("required")]
    [InlineData("strict")]
    public async Task Where_recording_is_required_nothing_passes_any_more(string mode)
    {
        await using var world = await RecordingWorld.CreateAsync(RecordingModes.Find(mode)!.Value, limits: new RecordingLimits { ChunkSize = 16 }, broken: true);
        await world.OutAsync(0, "0123456789abcdef");
        await world.Failed;
        Assert.False(await world.OutAsync(1, "unseen"));
        Assert.False(await world.InAsync(0, "unheard"));
    }

    [Fact]
    public async Task In_strict_mode_what_is_typed_passes_once_it_is_in_the_file()
    {
        await using var world = await RecordingWorld.CreateAsync(RecordingMode.Strict);
        Assert.True(await world.InAsync(0, "rm -rf /\r").AsTask().WaitAsync(Deadline.Time));
        Assert.Equal(["i rm -rf /\r"], await world.EventsAsync());
    }

    [Fact]
    public async Task In_strict_mode_what_came_early_passes_when_it_is_repeated()
    {
        await using var world = await RecordingWorld.CreateAsync(RecordingMode.Strict);
        Assert.False(await world.InAsync(1, "b"));
        Assert.True(await world.InAsync(0, "a").AsTask().WaitAsync(Deadline.Time));
        Assert.True(await world.InAsync(1, "b").AsTask().WaitAsync(Deadline.Time));
        Assert.Equal(["i a", "i b"], await world.EventsAsync());
    }

    [Theory]
    [InlineData("ifPossible")]
    [InlineData("strict")]
    public async Task What_was_typed_does_not_reach_the_node_a_second_time_as_something_else(string mode)
    {
        await using var world = await RecordingWorld.CreateAsync(RecordingModes.Find(mode)!.Value);
        await world.InAsync(1, "ls\r"); // kept, and recorded when the one before it comes
        Assert.True(await world.InAsync(0, "x").AsTask().WaitAsync(Deadline.Time));
        Assert.False(await world.InAsync(1, "rm\r").AsTask().WaitAsync(Deadline.Time));
        Assert.False(await world.InAsync(1, "ls\r", PayloadType.StdErr).AsTask().WaitAsync(Deadline.Time));
        Assert.True(await world.InAsync(1, "ls\r").AsTask().WaitAsync(Deadline.Time)); // lost on the way and sent again
        await world.EndAsync();
        Assert.Equal(["i x", "i ls\r", """m {"text":"The client sent a message a second time with other content. Such are not passed on."}"""], await world.EventsAsync());
    }

    [Theory]
    [InlineData("ifPossible")]
    [InlineData("strict")]
    public async Task What_was_sent_into_a_tunnel_does_not_reach_the_node_a_second_time_as_something_else(string mode)
    {
        await using var world = await RecordingWorld.CreateAsync(RecordingModes.Find(mode)!.Value, () => SessionRows.NewPort());
        Assert.True(await world.InAsync(0, "{}", PayloadType.HandshakeResponse));
        Assert.True(await world.InAsync(0, """{"made":"anew"}""", PayloadType.HandshakeResponse));
        Assert.False(await world.InAsync(0, "DROP TABLE t").AsTask().WaitAsync(Deadline.Time));
        Assert.True(await world.InAsync(1, "SELECT 1").AsTask().WaitAsync(Deadline.Time));
        Assert.False(await world.InAsync(1, "DROP TABLE t").AsTask().WaitAsync(Deadline.Time));
        Assert.False(await world.InAsync(1, "SELECT 1", PayloadType.StdErr));
        Assert.False(await world.InAsync(1, "{}", PayloadType.HandshakeResponse));
        Assert.True(await world.InAsync(1, "SELECT 1").AsTask().WaitAsync(Deadline.Time)); // lost on the way and sent again
        await world.EndAsync();
        Assert.Single(await world.EventsAsync(), """m {"text":"The client sent a message a second time with other content. Such are not passed on."}""");
    }

    [Fact]
    public void What_passes_in_a_tunnel_is_compared_without_taking_memory_for_each_message()
    {
        var contents = new TypedContents { IsAcknowledged = _ => true };
        var payload = new byte[32 * 1024];
        var number = 0L;
        PassThousand(); // the ring grows to what is under way

        Assert.InRange(Allocations.Least(PassThousand), 0, 1000);

        void PassThousand()
        {
            for (var i = 0; i < 1000; i++, number++)
            {
                Assert.True(contents.HasRoom(number));
                contents.Remember(number, TypedContents.DigestOf(PayloadType.Output, payload));
            }
        }
    }

    [Fact]
    public async Task So_many_messages_are_remembered_as_the_node_has_not_acknowledged()
    {
        await using var world = await RecordingWorld.CreateAsync();
        var acknowledged = -1L;
        world.Recording.KnowAcknowledged(number => number <= acknowledged);
        for (var number = 0; number < TypedContents.MaxRemembered; number++)
            Assert.True(await world.InAsync(number, "x"));
        Assert.False(await world.InAsync(TypedContents.MaxRemembered, "x"));
        acknowledged = 0;
        Assert.True(await world.InAsync(TypedContents.MaxRemembered, "x"));
        Assert.False(await world.InAsync(1, "y"));
    }

    [Fact]
    public async Task In_strict_mode_nothing_typed_passes_once_the_recording_is_closed()
    {
        await using var world = await RecordingWorld.CreateAsync(RecordingMode.Strict);
        await world.EndAsync();
        Assert.False(await world.InAsync(0, "rm\r"));
        Assert.True(await world.OutAsync(0, "bye"));
    }

    [Fact]
    public async Task Whoever_watches_gets_every_event_once_from_a_place_in_the_file_on()
    {
        await using var world = await RecordingWorld.CreateAsync();
        var seen = new List<string>();
        await world.OutAsync(0, "a");
        var from = world.Recording.Attach((number, recorded) => seen.Add($"{number} {recorded.Text}"));
        await world.OutAsync(1, "b");
        await world.OutAsync(2, "c");
        await world.EndAsync();
        Assert.Equal(1, from);
        Assert.Equal(["1 b", "2 c"], seen);
    }

    [Fact]
    public async Task A_recording_whose_end_nobody_saw_is_closed_as_unfinished()
    {
        await using var world = await RecordingWorld.CreateAsync();
        await world.OutAsync(0, "a");
        await world.StopAsync();
        var repair = new RecordingRepair(world.Folder, world.Keys, world.Time);
        var row = new RecordingRow { SessionId = world.Recording.SessionId, Path = world.Recording.RelativePath, State = RecordingRow.Open };
        var closed = await repair.CloseAsync(row, default);
        Assert.Equal((RecordingRow.Unfinished, 1L), (closed!.State, closed.Events));
        Assert.Equal(RecordingState.Unfinished, (await world.VerifyAsync()).State);
        Assert.Equal(closed.Hash, (await repair.CloseAsync(new RecordingRow { Path = row.Path }, default))!.Hash);
    }
}
