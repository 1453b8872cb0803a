using System.Security.Cryptography;
using Postern.Protocol.DataStream;
using Postern.Protocol.Messages;
using Stream = Postern.Protocol.DataStream.DataStream;

namespace Postern.Tests.DataStream;

/// <summary>Data flows both ways while sockets are cut at random; not a byte may be lost, doubled or out of order.</summary>
public sealed class TortureTests
{
    private const int Bytes = 8 * 1024 * 1024;

    [Theory]
    [InlineData(1, DataStreamOptions.StockPayload)]
    [InlineData(2, DataStreamOptions.StockPayload)]
    [InlineData(3, DataStreamOptions.LargestPayload)]
    [InlineData(4, DataStreamOptions.LargestPayload)]
    public async Task Cut_sockets_lose_nothing(int seed, int payload)
    {
        var random = new Random(seed);
        await using var node = new End(StreamSide.Agent, payload);
        await using var person = new End(StreamSide.Client, payload);
        var done = Task.WhenAll(node.SendAsync(seed, Bytes), person.SendAsync(seed + 100, Bytes), node.Received(Bytes), person.Received(Bytes));
        var cuts = 0;

        while (!done.IsCompleted)
        {
            using var pair = new SocketPair(random.Next(4 * 1024, 512 * 1024));
            using var stop = new CancellationTokenSource();
            var runs = Task.WhenAll(node.Stream.RunAsync(pair.Server, stop.Token), person.Stream.RunAsync(pair.Client, stop.Token));
            // By progress, not by time, so that slow machines cut as often as fast ones.
            var progress = node.Progress(random.Next(0, Bytes / 20));
            await Task.WhenAny(progress, done).WaitAsync(Deadline.Time);
            if (done.IsCompleted)
            {
                await stop.CancelAsync();
            }
            else
            {
                pair.Cut();
                cuts++;
            }
            await runs.WaitAsync(Deadline.Time);
        }

        await done;
        Assert.True(cuts > 5, $"only {cuts} cuts");
        Assert.Equal(node.SentHash, person.ReceivedHash);
        Assert.Equal(person.SentHash, node.ReceivedHash);
        Assert.Equal((0, 0), (node.Stream.Dropped, person.Stream.Dropped));
    }

    /// <summary>One end: sends pseudo-random bytes in pieces, hashes what comes.</summary>
    private sealed class End : IDataStreamReceiver, IAsyncDisposable
    {
        private readonly IncrementalHash _sent = IncrementalHash.CreateHash(HashAlgorithmName.SHA256), _received = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        private readonly Lock _gate = new();
        private readonly List<(long At, TaskCompletionSource Reached)> _marks = [];
        private long _count;

        public End(StreamSide side, int payload)
        {
            Stream = new Stream(new DataStreamOptions { Side = side, SendWindow = 512 * 1024 }, this, TimeProvider.System) { MaxPayload = payload };
        }

        public Stream Stream { get; }
        public string SentHash => Convert.ToHexString(_sent.GetCurrentHash());
        public string ReceivedHash => Convert.ToHexString(_received.GetCurrentHash());

        public async Task SendAsync(int seed, int bytes)
        {
            var random = new Random(seed);
            var buffer = new byte[100_000];
            while (bytes > 0)
            {
                var part = buffer.AsMemory(0, Math.Min(bytes, random.Next(1, random.Next(2, buffer.Length))));
                random.NextBytes(part.Span);
                _sent.AppendData(part.Span);
                await Stream.SendAsync(PayloadType.Output, part, default);
                bytes -= part.Length;
            }
            // Somebody must attach sockets until the last acknowledgement is in.
            Assert.True(await Stream.FlushAsync(Deadline.Time, default));
        }

        public Task Received(long total) => Mark(total);

        public Task Progress(long more)
        {
            lock (_gate)
                return Mark(_count + more);
        }

        private Task Mark(long at)
        {
            lock (_gate)
            {
                if (_count >= at)
                    return Task.CompletedTask;
                var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                _marks.Add((at, reached));
                return reached.Task;
            }
        }

        public async ValueTask OnStreamAsync(PayloadType type, ReadOnlyMemory<byte> payload, CancellationToken cancellationToken)
        {
            // A receiver that is busy now and then, so that sockets are cut while it is.
            if (payload.Span[0] % 16 == 0)
                await Task.Yield();
            _received.AppendData(payload.Span);
            lock (_gate)
            {
                _count += payload.Length;
                foreach (var mark in _marks.Where(mark => mark.At <= _count))
                    mark.Reached.TrySetResult();
                _marks.RemoveAll(mark => mark.At <= _count);
            }
        }

        public ValueTask OnChannelClosedAsync(ChannelClosedContent closed) => default;

        public async ValueTask DisposeAsync()
        {
            await Stream.DisposeAsync();
            _sent.Dispose();
            _received.Dispose();
        }
    }
}
