using System.Diagnostics;
using System.Reflection;
using Postern.Protocol.DataStream;
using Postern.Protocol.Messages;
using Stream = Postern.Protocol.DataStream.DataStream;

namespace Postern.Tests.DataStream;

/// <summary>Counts what the whole process allocates, so it runs alone.</summary>
[CollectionDefinition(nameof(AllocationTests), DisableParallelization = true)]
[Collection(nameof(AllocationTests))]
public sealed class AllocationTests
{
    private const int Messages = 100_000;

    /// <summary>
    /// Nothing of ours is allocated for a message; the pipes and WebSockets of the test are the rest. Without optimisation the compiler makes
    /// every state machine an object, so that build only shows that no buffer is allocated.
    /// </summary>
    private static readonly double BytesPerMessage =
        typeof(Stream).Assembly.GetCustomAttribute<DebuggableAttribute>() is { IsJITOptimizerDisabled: true } ? 1000 : 64;

    [Fact]
    public async Task A_steady_stream_allocates_nothing_for_a_message()
    {
        using var pair = new SocketPair(64 * 1024);
        var arrived = new CountingReceiver();
        await using var node = new Stream(new DataStreamOptions { Side = StreamSide.Agent }, new CountingReceiver(), TimeProvider.System);
        await using var person = new Stream(new DataStreamOptions { Side = StreamSide.Client }, arrived, TimeProvider.System);
        using var stop = new CancellationTokenSource();
        var runs = Task.WhenAll(node.RunAsync(pair.Server, stop.Token), person.RunAsync(pair.Client, stop.Token));
        var payload = new byte[DataStreamOptions.StockPayload];
        await SendAsync(node, payload, Messages / 10);

        var before = GC.GetTotalAllocatedBytes(precise: true);
        await SendAsync(node, payload, Messages);
        var allocated = GC.GetTotalAllocatedBytes(precise: true) - before;

        Assert.Equal(Messages + Messages / 10, arrived.Count);
        Assert.True(allocated < Messages * BytesPerMessage, $"{(double)allocated / Messages:F1} bytes a message");
        await stop.CancelAsync();
        await runs.WaitAsync(Deadline.Time);
    }

    private static async Task SendAsync(Stream stream, byte[] payload, int count)
    {
        for (var i = 0; i < count; i++)
            await stream.SendAsync(PayloadType.Output, payload, default);
        Assert.True(await stream.FlushAsync(Deadline.Time, default));
    }

    private sealed class CountingReceiver : IDataStreamReceiver
    {
        public int Count { get; private set; }

        public ValueTask OnStreamAsync(PayloadType type, ReadOnlyMemory<byte> payload, CancellationToken cancellationToken)
        {
            Count++;
            return default;
        }

        public ValueTask OnChannelClosedAsync(ChannelClosedContent closed) => default;
    }
}
