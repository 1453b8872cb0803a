using System.Security.Cryptography;
using Postern.Protocol.Smux;
using Postern.Tests.DataStream;

namespace Postern.Tests.Smux;

public sealed class MuxViolationTests
{
    private const byte Syn = 0, Fin = 1, Psh = 2, Nop = 3, Window = 4, Reset = 5;

    public static TheoryData<string, bool, byte[]> Violations() => new()
    {
        { "wrong version", false, RawMuxPeer.Frame(2, Syn, 5) },
        { "extension's version in version 1", false, RawMuxPeer.Frame(0x50, Syn, 5) },
        { "version 1 in the extension", true, RawMuxPeer.Frame(1, Syn, 5) },
        { "unknown command", false, RawMuxPeer.Frame(1, 9, 5) },
        { "window in version 1", false, RawMuxPeer.Frame(1, Window, 3, 1, 0, 0, 0) },
        { "unknown command in the extension", true, RawMuxPeer.Frame(0x50, 9, 5) },
        { "nop in the extension", true, RawMuxPeer.Frame(0x50, Nop, 0) },
        { "syn with a body", false, RawMuxPeer.Frame(1, Syn, 5, 1) },
        { "fin with a body", true, RawMuxPeer.Frame(0x50, Fin, 3, 1) },
        { "short window", true, RawMuxPeer.Frame(0x50, Window, 3, 1) },
        { "long reason", true, RawMuxPeer.Frame(0x50, Reset, 3, new byte[513]) },
        { "oversized data", true, RawMuxPeer.Frame(0x50, Psh, 3, new byte[32 * 1024 + 1]) },
        { "second syn", false, RawMuxPeer.Frame(1, Syn, 3) },
        { "second syn in the extension", true, RawMuxPeer.Frame(0x50, Syn, 3) },
        { "id of the wrong end", true, RawMuxPeer.Frame(0x50, Syn, 4) },
        { "id going down", true, RawMuxPeer.Frame(0x50, Syn, 1) },
        { "window beyond the window", true, [.. RawMuxPeer.Frame(0x50, Psh, 3, new byte[32 * 1024]), .. RawMuxPeer.Frame(0x50, Psh, 3, new byte[32 * 1024]), .. RawMuxPeer.Frame(0x50, Psh, 3, 1)] },
        { "data after the end", true, [.. RawMuxPeer.Frame(0x50, Fin, 3), .. RawMuxPeer.Frame(0x50, Psh, 3, 1)] },
        { "endless window", true, [.. RawMuxPeer.Frame(0x50, Window, 3, 255, 255, 255, 127), .. RawMuxPeer.Frame(0x50, Window, 3, 255, 255, 255, 127)] },
    };

    [Theory]
    [MemberData(nameof(Violations))]
    public async Task A_violation_ends_the_session_for_everybody_with_its_reason(string what, bool extended, byte[] bytes)
    {
        await using var peer = new RawMuxPeer(new MuxOptions { Role = MuxRole.Server, Extended = extended });
        await peer.SendAsync(Syn, 3);
        var stream = await peer.AcceptAsync();

        var violation = await Assert.ThrowsAsync<MuxProtocolException>(() => peer.SendRawAsync(bytes));

        Assert.NotEmpty(what);
        var again = await Assert.ThrowsAsync<MuxProtocolException>(() => peer.SendAsync(Syn, 5));
        Assert.Same(violation, again);
        var error = await Assert.ThrowsAsync<IOException>(() => stream.WriteAsync(new byte[1], default).AsTask());
        Assert.Same(violation, error.InnerException);
        Assert.Null(await peer.Session.AcceptAsync(default));
        await Assert.ThrowsAsync<IOException>(() => peer.Session.OpenAsync(default).AsTask());
    }

    [Theory]
    [InlineData(false, Fin)]
    [InlineData(true, Reset)]
    public async Task A_stream_too_many_is_refused_and_the_others_go_on(bool extended, byte refusal)
    {
        await using var peer = new RawMuxPeer(new MuxOptions { Role = MuxRole.Server, Extended = extended, MaxStreams = 2 });
        foreach (var id in new uint[] { 3, 5, 7 })
            await peer.SendAsync(Syn, id);
        var (command, refused, _) = await peer.ReceiveAsync();
        Assert.Equal((refusal, 7u), (command, refused));
        await peer.SendAsync(Psh, 5, 42);
        await peer.AcceptAsync();
        Assert.Equal([42], await MuxStreamTests.ReadExactlyAsync(await peer.AcceptAsync(), 1));
    }

    [Fact]
    public async Task Our_end_opens_no_stream_too_many()
    {
        await using var peer = new RawMuxPeer(new MuxOptions { Role = MuxRole.Client, Extended = true, MaxStreams = 1 });
        var stream = await peer.Session.OpenAsync(default);
        await Assert.ThrowsAsync<IOException>(() => peer.Session.OpenAsync(default).AsTask());
        await stream.AbortAsync("done");
        Assert.Equal((Syn, Reset), ((await peer.ReceiveAsync()).Command, (await peer.ReceiveAsync()).Command));
        Assert.Equal(5u, (await peer.Session.OpenAsync(default)).Id);
    }

    [Fact]
    public async Task A_peer_that_opens_without_end_while_it_reads_nothing_is_cut_off()
    {
        await using var peer = new RawMuxPeer(new MuxOptions { Role = MuxRole.Server, Extended = true, MaxStreams = 10 }) { Gate = new TaskCompletionSource().Task };
        await Assert.ThrowsAsync<MuxProtocolException>(async () =>
        {
            for (var id = 3u; id < 20_003; id += 2)
                await peer.SendAsync(Syn, id);
        });
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_peer_whose_connections_fail_without_end_while_it_reads_nothing_is_cut_off(bool extended)
    {
        var options = new MuxOptions { Role = MuxRole.Server, Extended = extended, MaxStreams = 10 };
        await using var peer = new RawMuxPeer(options) { Gate = new TaskCompletionSource().Task };
        var failed = 0;
        var failing = FailAllAsync();
        await Assert.ThrowsAsync<MuxProtocolException>(async () =>
        {
            for (var id = 3u; id < 20_003; id += 2)
            {
                var before = Volatile.Read(ref failed);
                await peer.SendAsync(Syn, id);
                for (var i = 0; i < 100 && Volatile.Read(ref failed) == before; i++)
                    await Task.Yield();
            }
        });
        await failing.WaitAsync(Deadline.Time);
        Assert.InRange(failed, options.MaxStreams, 2 * options.MaxStreams); // some were written before the output was full

        async Task FailAllAsync()
        {
            while (await peer.Session.AcceptAsync(default) is { } stream)
            {
                await stream.AbortAsync("There is nobody.");
                Interlocked.Increment(ref failed);
            }
        }
    }

    [Fact]
    public async Task Streams_that_are_over_count_until_their_owner_lets_go_of_them()
    {
        await using var peer = new RawMuxPeer(new MuxOptions { Role = MuxRole.Server, Extended = true, MaxStreams = 2 });
        var over = new List<MuxStream>();
        foreach (var id in new uint[] { 3, 5 })
        {
            await peer.SendAsync(Syn, id);
            over.Add(await peer.AcceptAsync());
            await peer.SendAsync(Fin, id);
            await over[^1].CompleteAsync(default);
            Assert.Equal((Fin, id), Short(await peer.ReceiveAsync()));
        }
        await peer.SendAsync(Syn, 7);
        Assert.Equal((Reset, 7u), Short(await peer.ReceiveAsync()));
        await over[0].AbortAsync("It was read.");
        await peer.SendAsync(Syn, 9);
        Assert.Equal(9u, (await peer.AcceptAsync()).Id);

        static (byte, uint) Short((byte Command, uint Id, byte[] Body) frame) => (frame.Command, frame.Id);
    }

    [Fact]
    public async Task What_nobody_reads_of_streams_that_are_over_is_bounded_and_not_taken_for_the_whole()
    {
        var options = new MuxOptions { Role = MuxRole.Server, Extended = true, MaxUnread = 1024 * 1024 };
        await using var peer = new RawMuxPeer(options);
        var over = new List<MuxStream>();
        for (var id = 3u; id < 203; id += 2)
        {
            await peer.SendAsync(Syn, id);
            over.Add(await peer.AcceptAsync());
            await over[^1].CompleteAsync(default);
            await peer.SendAsync(Psh, id, new byte[30_000]);
            await peer.SendAsync(Fin, id);
            Assert.InRange(over.Sum(stream => stream.Unread), 1, options.MaxUnread);
        }
        foreach (var stream in over)
            if (stream.IsAborted)
                await Assert.ThrowsAsync<IOException>(() => stream.ReadAsync(new byte[1], default).AsTask());
            else
                Assert.Equal(30_000, (await MuxStreamTests.ReadExactlyAsync(stream, 30_000)).Length);
        Assert.Contains(over, stream => stream.IsAborted);
    }

    [Fact]
    public async Task Streams_opened_and_reset_without_end_take_no_memory()
    {
        await using var peer = new RawMuxPeer(new MuxOptions { Role = MuxRole.Server, Extended = true, MaxStreams = 10 });
        for (var id = 3u; id < 20_003; id += 2)
        {
            await peer.SendAsync(Syn, id);
            await peer.SendAsync(Psh, id, new byte[100]);
            await peer.SendAsync(Reset, id);
            // Nobody accepts, so only the first ten wait to be; the peer reads that the others are refused.
            if (id >= 23)
                Assert.Equal(id, (await peer.ReceiveAsync()).Id);
        }
        var accepting = peer.Session.AcceptAsync(default).AsTask();
        await peer.SendAsync(Syn, 30_001);
        Assert.Equal(30_001u, (await accepting.WaitAsync(Deadline.Time))!.Id);
    }

    [Fact]
    public async Task Stalled_streams_share_bounded_memory_and_a_read_one_is_spared()
    {
        var options = new MuxOptions { Role = MuxRole.Server, Extended = true, MaxUnread = 1024 * 1024 };
        await using var peer = new RawMuxPeer(options);
        await peer.SendAsync(Syn, 3);
        var lively = await peer.AcceptAsync();
        var stalled = new List<MuxStream>();
        for (var id = 5u; id < 205; id += 2)
        {
            await peer.SendAsync(Syn, id);
            stalled.Add(await peer.AcceptAsync());
            await peer.SendAsync(Psh, id, new byte[30_000]);
            await peer.SendAsync(Psh, 3, 1);
            await MuxStreamTests.ReadExactlyAsync(lively, 1);
        }
        Assert.Contains(stalled, stream => stream.IsAborted);
        Assert.InRange(stalled.Sum(stream => stream.Unread), 1, options.MaxUnread);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Random_bytes_end_in_a_violation_or_nothing(bool extended)
    {
        for (var seed = 0; seed < 2000; seed++)
        {
            var random = new Random(seed);
            await using var peer = new RawMuxPeer(new MuxOptions { Role = MuxRole.Server, Extended = extended, MaxStreams = 20, MaxUnread = 1024 * 1024 });
            try
            {
                for (var i = 0; i < 50; i++)
                {
                    // Likely frames, so that more than the first byte is tried.
                    var frame = peer.Frame((byte)random.Next(6), (uint)random.Next(1, 40), RandomNumberGenerator.GetBytes(random.Next(4) * 2));
                    if (random.Next(50) == 0)
                        frame[random.Next(8)] ^= (byte)random.Next(256);
                    await peer.SendRawAsync(frame[..random.Next(random.Next(20) == 0 ? 0 : frame.Length, frame.Length + 1)]);
                }
            }
            catch (MuxProtocolException)
            {
                // The other right outcome.
                Assert.Null(await peer.Session.AcceptAsync(default));
            }
        }
    }
}
