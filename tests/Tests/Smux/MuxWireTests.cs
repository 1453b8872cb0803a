using System.Text;
using Postern.Protocol.Smux;
using Postern.Tests.DataStream;
using Vector = Postern.Tests.Messages.Vector;

namespace Postern.Tests.Smux;

public sealed class MuxWireTests
{
    private const byte Syn = 0, Fin = 1, Psh = 2, Nop = 3, Window = 4, Reset = 5;

    [Theory]
    [InlineData("smux-stock")]
    [InlineData("smux-extended")]
    public async Task A_stream_is_written_as_in_the_vector(string name)
    {
        using var vector = new Vector(name);
        await using var peer = new RawMuxPeer(new MuxOptions { Role = MuxRole.Client, Extended = vector.Flag("extended") });
        var stream = await peer.Session.OpenAsync(default);
        Assert.Equal((uint)vector.Number("streamId"), stream.Id);
        await stream.WriteAsync(Encoding.ASCII.GetBytes(vector.Text("data")), default);
        await stream.CompleteAsync(default);
        for (var frame = 0; frame < 3; frame++)
            await peer.ReceiveAsync();
        Assert.Equal(vector.Text("hex"), Convert.ToHexStringLower(peer.Output));
    }

    [Theory]
    [InlineData("smux-stock", 1)]
    [InlineData("smux-stock", 7)]
    [InlineData("smux-stock", 1000)]
    [InlineData("smux-extended", 1)]
    [InlineData("smux-extended", 1000)]
    public async Task A_stream_is_read_from_the_vector_however_it_is_cut(string name, int piece)
    {
        using var vector = new Vector(name);
        await using var peer = new RawMuxPeer(new MuxOptions { Role = MuxRole.Server, Extended = vector.Flag("extended") });
        foreach (var part in vector.Bytes.Chunk(piece))
            await peer.SendRawAsync(part);
        var stream = await peer.AcceptAsync();
        Assert.Equal((uint)vector.Number("streamId"), stream.Id);
        Assert.Equal(vector.Text("data"), Encoding.ASCII.GetString(await MuxStreamTests.ReadAllAsync(stream)));
    }

    [Fact]
    public async Task Streams_of_both_ends_travel_together_as_in_the_vector()
    {
        using var vector = new Vector("smux-extended-two");
        await using var peer = new RawMuxPeer(new MuxOptions { Role = MuxRole.Client, Extended = true });
        var ours = await peer.Session.OpenAsync(default);
        await peer.SendRawAsync(vector.Bytes);
        var theirs = await peer.AcceptAsync();
        Assert.Equal((uint)vector.Number("otherId"), theirs.Id);
        Assert.Equal(vector.Text("data"), Encoding.ASCII.GetString(await MuxStreamTests.ReadAllAsync(ours)));
        var other = vector.Text("otherData");
        Assert.Equal(other, Encoding.ASCII.GetString(await MuxStreamTests.ReadExactlyAsync(theirs, other.Length)));
    }

    [Fact]
    public async Task Frames_that_break_the_rules_end_the_session_each_as_in_the_vector()
    {
        using var vector = new Vector("smux-extended-refused");
        foreach (var frame in vector.Frames)
        {
            await using var peer = new RawMuxPeer(new MuxOptions { Role = MuxRole.Client, Extended = true });
            Assert.Equal((uint)vector.Number("streamId"), (await peer.Session.OpenAsync(default)).Id);
            await Assert.ThrowsAsync<MuxProtocolException>(() => peer.SendRawAsync(frame));
        }
    }

    [Fact]
    public async Task A_refusal_arrives_with_its_reason()
    {
        using var vector = new Vector("smux-extended-reset");
        await using var peer = new RawMuxPeer(new MuxOptions { Role = MuxRole.Client, Extended = true });
        var stream = await peer.Session.OpenAsync(default);
        await peer.SendRawAsync(vector.Bytes);
        var error = await Assert.ThrowsAsync<IOException>(() => stream.ReadAsync(new byte[1], default).AsTask());
        Assert.Equal((vector.Text("reason"), vector.Text("reason")), (error.Message, stream.FailureReason));
    }

    [Fact]
    public async Task A_reason_reaches_no_terminal_with_control_characters()
    {
        await using var peer = new RawMuxPeer(new MuxOptions { Role = MuxRole.Client, Extended = true });
        var stream = await peer.Session.OpenAsync(default);
        await peer.SendAsync(Reset, 3, "a\x1b[2J\u009bb\n\xff"u8.ToArray());
        Assert.NotNull(stream.FailureReason);
        Assert.DoesNotContain(stream.FailureReason, char.IsControl);
    }

    [Fact]
    public async Task A_long_reason_is_cut_between_characters()
    {
        await using var peer = new RawMuxPeer(new MuxOptions { Role = MuxRole.Client, Extended = true });
        var stream = await peer.Session.OpenAsync(default);
        await stream.AbortAsync(new string('x', 510) + "\u20ac and more");
        await peer.ReceiveAsync();
        var (command, id, body) = await peer.ReceiveAsync();
        Assert.Equal((Reset, 3u, 510), (command, id, body.Length));
    }

    [Fact]
    public async Task Nop_is_ignored_in_version_1()
    {
        await using var peer = new RawMuxPeer(new MuxOptions { Role = MuxRole.Server });
        await peer.SendAsync(Nop, 0);
        await peer.SendAsync(Syn, 3);
        Assert.Equal(3u, (await peer.AcceptAsync()).Id);
        Assert.Empty(peer.Output);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Data_for_a_stream_nobody_knows_is_skipped(bool extended)
    {
        await using var peer = new RawMuxPeer(new MuxOptions { Role = MuxRole.Server, Extended = extended });
        await peer.SendAsync(Psh, 9, new byte[1000]);
        await peer.SendAsync(Fin, 9);
        await peer.SendAsync(Syn, 11);
        await peer.SendAsync(Psh, 11, 42);
        var stream = await peer.AcceptAsync();
        Assert.Equal([42], await MuxStreamTests.ReadExactlyAsync(stream, 1));
    }

    [Fact]
    public async Task Frames_of_several_streams_share_one_output_call_in_turn()
    {
        await using var peer = new RawMuxPeer(new MuxOptions { Role = MuxRole.Client, Extended = true });
        var streams = new List<MuxStream>();
        for (var i = 0; i < 3; i++)
            streams.Add(await peer.Session.OpenAsync(default));
        var open = new TaskCompletionSource();
        peer.Gate = open.Task;
        var first = streams[0].WriteAsync(new byte[10], default).AsTask();
        // The output is busy with the first write: these gather.
        var writes = streams.Skip(1).Select(stream => stream.WriteAsync(new byte[20], default).AsTask()).ToList();
        var calls = peer.OutputCalls;
        open.SetResult();
        await Task.WhenAll([first, .. writes]).WaitAsync(Deadline.Time);
        for (var i = 0; i < 6; i++)
            await peer.ReceiveAsync();
        Assert.Equal(calls + 1, peer.OutputCalls);
    }

    [Fact]
    public async Task A_busy_stream_lets_others_in_after_a_frame()
    {
        await using var peer = new RawMuxPeer(new MuxOptions { Role = MuxRole.Client });
        var busy = await peer.Session.OpenAsync(default);
        var quick = await peer.Session.OpenAsync(default);
        var open = new TaskCompletionSource();
        peer.Gate = open.Task;
        var bulk = busy.WriteAsync(new byte[10_000_000], default).AsTask();
        var small = quick.WriteAsync(new byte[1], default).AsTask();
        open.SetResult();
        await small.WaitAsync(Deadline.Time);
        await bulk.WaitAsync(Deadline.Time);

        var before = 0;
        for (var frame = await peer.ReceiveAsync(); frame is not (Psh, 5, _); frame = await peer.ReceiveAsync())
            before += frame.Body.Length;
        // One output call was under way, the next begins with at most one frame of the busy stream.
        Assert.InRange(before, 1, 4 * 32 * 1024);
    }

    [Fact]
    public async Task Version_1_waits_while_the_session_holds_too_much()
    {
        await using var peer = new RawMuxPeer(new MuxOptions { Role = MuxRole.Server, SessionBuffer = 10_000 });
        await peer.SendAsync(Syn, 3);
        await peer.SendAsync(Psh, 3, new byte[10_000]);
        var stream = await peer.AcceptAsync();
        var waiting = peer.Session.ReceiveAsync(peer.Frame(Psh, 3, 1), default).AsTask();
        Assert.False(waiting.IsCompleted);
        await stream.ReadAsync(new byte[1], default);
        await waiting.WaitAsync(Deadline.Time);
    }

    [Fact]
    public async Task Version_1_keeps_what_came_after_our_fin_until_the_peers()
    {
        await using var peer = new RawMuxPeer(new MuxOptions { Role = MuxRole.Client });
        var stream = await peer.Session.OpenAsync(default);
        await stream.CompleteAsync(default);
        await peer.SendAsync(Psh, 3, "late"u8.ToArray());
        await peer.SendAsync(Fin, 3);
        Assert.Equal("late"u8.ToArray(), await MuxStreamTests.ReadAllAsync(stream));
    }

    [Fact]
    public async Task Windows_are_granted_as_bytes_are_read()
    {
        var options = new MuxOptions { Role = MuxRole.Server, Extended = true, StreamWindow = 256 * 1024 };
        await using var peer = new RawMuxPeer(options);
        await peer.SendAsync(Syn, 3);
        await peer.SendAsync(Psh, 3, new byte[32 * 1024]);
        var stream = await peer.AcceptAsync();
        await MuxStreamTests.ReadExactlyAsync(stream, 32 * 1024);
        var (command, id, body) = await peer.ReceiveAsync();
        Assert.Equal((Window, 3u), (command, id));
        // 64 KiB at first, of which half is used: the rest to the full window.
        Assert.Equal((256 - 32) * 1024, BitConverter.ToInt32(body));
    }
}
