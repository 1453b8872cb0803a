using System.Threading.Channels;
using Postern.Protocol.DataStream;
using Postern.Protocol.Messages;

namespace Postern.Tests.DataStream;

/// <summary>Keeps what a data stream delivers, for a test to look at.</summary>
internal sealed class RecordingReceiver : IDataStreamReceiver
{
    private readonly Channel<(PayloadType Type, byte[] Payload)> _messages = Channel.CreateUnbounded<(PayloadType, byte[])>();

    public Func<PayloadType, ReadOnlyMemory<byte>, CancellationToken, ValueTask>? OnStream { get; set; }
    public ChannelClosedContent? Closed { get; private set; }

    public async ValueTask OnStreamAsync(PayloadType type, ReadOnlyMemory<byte> payload, CancellationToken cancellationToken)
    {
        if (OnStream is { } handler)
            await handler(type, payload, cancellationToken);
        await _messages.Writer.WriteAsync((type, payload.ToArray()), cancellationToken);
    }

    public ValueTask OnChannelClosedAsync(ChannelClosedContent closed)
    {
        Closed = closed;
        return default;
    }

    public int Count => _messages.Reader.Count;

    public async Task<(PayloadType Type, byte[] Payload)> NextAsync()
    {
        using var deadline = new CancellationTokenSource(Deadline.Time);
        return await _messages.Reader.ReadAsync(deadline.Token);
    }
}
