using Postern.Protocol.Recordings;
using Postern.Server.Recordings;
using Postern.Server.Settings;
using Postern.Tests.DataStream;

namespace Postern.Tests.Recordings;

/// <summary>What goes wrong otherwise than by the disk stays with the recording in which it did.</summary>
public sealed class BrokenRecordingTests
{
    [Fact]
    public async Task One_that_can_never_be_written_is_given_up_at_its_end_and_nobody_waits_for_it()
    {
        await using var world = await RecordingWorld.CreateAsync();
        world.Reason = new string('x', RecordingFormat.MaxFacts);
        await world.OutAsync(0, "a");
        await world.EndAsync();
        Assert.Equal([RecordingNews.Failed, RecordingNews.Abandoned], world.News);
    }

    [Fact]
    public async Task One_that_must_be_written_and_cannot_be_for_whatever_reason_lets_nothing_pass()
    {
        await using var world = await RecordingWorld.CreateAsync(RecordingMode.Strict);
        world.Reason = new string('x', RecordingFormat.MaxFacts);
        Assert.False(await world.InAsync(0, "a").AsTask().WaitAsync(Deadline.Time));
        await world.Failed;
    }

    [Fact]
    public async Task What_fails_when_a_chunk_is_closed_does_not_stop_the_thread_that_writes_for_all()
    {
        await using var world = await RecordingWorld.CreateAsync();
        RecordedEventHandler broken = (_, _) => throw new InvalidOperationException("on purpose");
        await world.OutAsync(0, "a");
        await world.Recording.FlushAsync(default).WaitAsync(Deadline.Time);
        await world.OutAsync(2, "c"); // noted as a gap when the interval is over
        world.Recording.Attach(broken);
        world.Time.Advance(world.Limits.LongestGap + world.Limits.FlushInterval);
        await world.Failed;
        world.Recording.Detach(broken);
        await world.OutAsync(2, "c");
        await world.OutAsync(3, "d");
        await world.EndAsync();
        Assert.Equal(["o a", """g {"from":"agent","messages":1,"reason":"They never came."}""", "o c", "o d"], await world.EventsAsync());
        Assert.Equal(RecordingState.Complete, (await world.VerifyAsync()).State);
    }

    [Theory]
    [InlineData(4, 1000)]
    [InlineData(200, 30)]
    public void Parameters_fit_into_the_header_whatever_they_are(int lists, int values)
    {
        var list = $"[{string.Join(',', Enumerable.Repeat("\"\"", values))}]";
        var parameters = $$"""{"host":"db.example.com","portNumber":"5432",{{string.Join(',', Enumerable.Range(0, lists).Select(i => $"\"list{i}\":{list}"))}}}""";
        var recorded = RecordedParameters.Of(parameters);
        RecordingHeader.Write(new RecordingFacts { Parameters = recorded }, new byte[KeySlot.Size]);
        Assert.StartsWith("""{"host":"db.example.com","portNumber":"5432",""", recorded);
    }

    [Fact]
    public void Parameters_that_fit_are_recorded_as_they_are()
        => Assert.Equal("""{"host":["a"]}""", RecordedParameters.Of("""{"host":["a"]}"""));
}
