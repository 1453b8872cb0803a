using System.Security.Cryptography;
using Postern.Protocol.Smux;
using Postern.Tests.DataStream;

namespace Postern.Tests.Smux;

public sealed class MuxStreamTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Bytes_go_both_ways_whole(bool extended)
    {
        await using var pair = new MuxPair(extended);
        var (client, server) = await pair.OpenAsync();
        var bytes = RandomNumberGenerator.GetBytes(5_000_000);

        var back = EchoAsync(server);
        var sending = SendAsync(client, bytes, complete: extended);
        var received = await ReadExactlyAsync(client, bytes.Length);

        await sending;
        Assert.Equal(bytes, received);
        await client.CompleteAsync(default);
        await back.WaitAsync(Deadline.Time);
    }

    [Fact]
    public async Task A_half_closed_stream_still_brings_the_answer()
    {
        await using var pair = new MuxPair(extended: true);
        var (client, server) = await pair.OpenAsync();
        await client.WriteAsync("question"u8.ToArray(), default);
        await client.CompleteAsync(default);

        Assert.Equal("question"u8.ToArray(), await ReadAllAsync(server));
        await server.WriteAsync("answer"u8.ToArray(), default);
        await server.CompleteAsync(default);
        Assert.Equal("answer"u8.ToArray(), await ReadAllAsync(client));
    }

    [Fact]
    public async Task A_stalled_stream_does_not_stall_its_neighbours()
    {
        await using var pair = new MuxPair(extended: true);
        var stalled = await pair.OpenAsync();
        var lively = await pair.OpenAsync();
        var blocked = stalled.Client.WriteAsync(new byte[4 * 1024 * 1024], default).AsTask();

        var bytes = RandomNumberGenerator.GetBytes(8 * 1024 * 1024);
        var sending = SendAsync(lively.Client, bytes, complete: true);
        Assert.Equal(bytes, await ReadAllAsync(lively.Server));
        await sending;

        Assert.False(blocked.IsCompleted);
        Assert.InRange(stalled.Server.Unread, 1, MuxOptions.InitialWindow);
        await stalled.Server.AbortAsync("enough");
        var error = await Assert.ThrowsAsync<IOException>(() => blocked.WaitAsync(Deadline.Time));
        Assert.Equal("enough", error.Message);
        Assert.Equal("enough", stalled.Client.FailureReason);
    }

    [Fact]
    public async Task An_end_that_waits_for_its_turn_is_still_an_end_when_the_stream_is_let_go()
    {
        MuxSession? node = null;
        var open = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        open.SetResult();
        await using var person = new MuxSession(new MuxOptions { Role = MuxRole.Client, Extended = true }, (bytes, token) => node!.ReceiveAsync(bytes, token));
        await using var server = node = new MuxSession(new MuxOptions { Role = MuxRole.Server, Extended = true }, async (bytes, token) =>
        {
            await open.Task.WaitAsync(token);
            await person.ReceiveAsync(bytes, token);
        });
        var (near, other) = (await person.OpenAsync(default), await person.OpenAsync(default));
        await near.CompleteAsync(default);
        await other.WriteAsync("x"u8.ToArray(), default);
        MuxStream far = (await node.AcceptAsync(default))!, busy = (await node.AcceptAsync(default))!;
        await far.WriteAsync("answer"u8.ToArray(), default);
        Assert.Empty(await ReadAllAsync(far));

        open = new(TaskCreationOptions.RunContinuationsAsynchronously);
        var blocked = busy.WriteAsync("y"u8.ToArray(), default).AsTask();
        await far.CompleteAsync(default);
        await far.AbortAsync("closed");
        open.SetResult();
        await blocked.WaitAsync(Deadline.Time);

        Assert.Equal("answer"u8.ToArray(), await ReadAllAsync(near));
    }

    internal static async Task SendAsync(MuxStream stream, byte[] bytes, bool complete)
    {
        for (var sent = 0; sent < bytes.Length;)
        {
            var part = Math.Min(Random.Shared.Next(1, 100_000), bytes.Length - sent);
            await stream.WriteAsync(bytes.AsMemory(sent, part), default).AsTask().WaitAsync(Deadline.Time);
            sent += part;
        }
        if (complete)
            await stream.CompleteAsync(default);
    }

    internal static async Task EchoAsync(MuxStream stream)
    {
        var buffer = new byte[10_000];
        int count;
        while ((count = await stream.ReadAsync(buffer, default)) > 0)
            await stream.WriteAsync(buffer.AsMemory(0, count), default);
        await stream.CompleteAsync(default);
    }

    internal static async Task<byte[]> ReadAllAsync(MuxStream stream)
    {
        var all = new MemoryStream();
        var buffer = new byte[50_000];
        int count;
        while ((count = await stream.ReadAsync(buffer, default).AsTask().WaitAsync(Deadline.Time)) > 0)
            all.Write(buffer, 0, count);
        return all.ToArray();
    }

    internal static async Task<byte[]> ReadExactlyAsync(MuxStream stream, int length)
    {
        var all = new byte[length];
        for (var read = 0; read < length;)
        {
            var count = await stream.ReadAsync(all.AsMemory(read), default).AsTask().WaitAsync(Deadline.Time);
            Assert.NotEqual(0, count);
            read += count;
        }
        return all;
    }
}
