using System.Security.Cryptography;
using Postern.Protocol.DataStream;
using Postern.Protocol.Messages;
using Postern.Protocol.Smux;
using Postern.Tests.DataStream;
using Stream = Postern.Protocol.DataStream.DataStream;

namespace Postern.Tests.Smux;

/// <summary>Many connections over a data stream whose sockets are cut while they work.</summary>
public sealed class CutSocketsTests
{
    private const int Connections = 20, Bytes = 400_000;

    [Theory]
    [InlineData(false, DataStreamOptions.StockPayload)]
    [InlineData(true, DataStreamOptions.LargestPayload)]
    public async Task Connections_survive_cut_sockets(bool extended, int payload)
    {
        var random = new Random(7);
        await using var node = new End(StreamSide.Agent, MuxRole.Server, extended, payload);
        await using var person = new End(StreamSide.Client, MuxRole.Client, extended, payload);
        var serving = ServeAsync(node.Mux);
        var work = Task.WhenAll(Enumerable.Range(0, Connections).Select(_ => Task.Run(() => ExchangeAsync(person.Mux))));
        var cuts = 0;
        while (!work.IsCompleted)
        {
            using var pair = new SocketPair(64 * 1024);
            using var stop = new CancellationTokenSource();
            var runs = Task.WhenAll(node.Stream.RunAsync(pair.Server, stop.Token), person.Stream.RunAsync(pair.Client, stop.Token));
            await Task.WhenAny(node.Progress(random.Next(1, Connections * Bytes / 10)), work).WaitAsync(Deadline.Time);
            if (work.IsCompleted)
                await stop.CancelAsync();
            else
                pair.Cut();
            cuts++;
            await runs.WaitAsync(Deadline.Time);
        }
        await work;
        await node.Mux.DisposeAsync();
        await serving.WaitAsync(Deadline.Time);
        Assert.True(cuts > 5, $"only {cuts} cuts");
    }

    private static async Task ExchangeAsync(MuxSession mux)
    {
        var stream = await mux.OpenAsync(default);
        var bytes = RandomNumberGenerator.GetBytes(Bytes);
        var sending = MuxStreamTests.SendAsync(stream, bytes, complete: stream.SupportsHalfClose);
        Assert.Equal(bytes, await MuxStreamTests.ReadExactlyAsync(stream, Bytes));
        await sending;
        await stream.CompleteAsync(default);
        Assert.Empty(await MuxStreamTests.ReadAllAsync(stream));
    }

    private static async Task ServeAsync(MuxSession mux)
    {
        var echoes = new List<Task>();
        while (await mux.AcceptAsync(default) is { } stream)
            echoes.Add(MuxStreamTests.EchoAsync(stream));
        await Task.WhenAll(echoes);
    }

    private sealed class End : IDataStreamReceiver, IAsyncDisposable
    {
        private readonly Lock _gate = new();
        private long _count, _mark = long.MaxValue;
        private TaskCompletionSource _reached = new();

        public End(StreamSide side, MuxRole role, bool extended, int payload)
        {
            Stream = new Stream(new DataStreamOptions { Side = side }, this, TimeProvider.System) { MaxPayload = payload };
            Mux = new MuxSession(new MuxOptions { Role = role, Extended = extended }, (bytes, token) => Stream.SendAsync(PayloadType.Output, bytes, token));
        }

        public Stream Stream { get; }
        public MuxSession Mux { get; }

        public Task Progress(long more)
        {
            lock (_gate)
            {
                _mark = _count + more;
                _reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                return _reached.Task;
            }
        }

        public ValueTask OnStreamAsync(PayloadType type, ReadOnlyMemory<byte> payload, CancellationToken cancellationToken)
        {
            lock (_gate)
                if ((_count += payload.Length) >= _mark)
                    _reached.TrySetResult();
            return Mux.ReceiveAsync(payload, cancellationToken);
        }

        public ValueTask OnChannelClosedAsync(ChannelClosedContent closed) => default;

        public async ValueTask DisposeAsync()
        {
            await Stream.DisposeAsync();
            await Mux.DisposeAsync();
        }
    }
}
