using System.Net.WebSockets;
using Postern.Protocol.Messages;

namespace Postern.Protocol.DataStream;

/// <summary>Takes what arrives on a data stream, in order and once. Calls never overlap.</summary>
public interface IDataStreamReceiver
{
    /// <summary>One stream message. The memory is valid until the returned task ends; the message is acknowledged after that.</summary>
    ValueTask OnStreamAsync(PayloadType type, ReadOnlyMemory<byte> payload, CancellationToken cancellationToken);

    /// <summary>The gateway ended the session. <see cref="ChannelClosedContent.Output"/> says why, empty for a normal end.</summary>
    ValueTask OnChannelClosedAsync(ChannelClosedContent closed);
}

/// <summary>Why one socket of a data stream ended.</summary>
public enum SocketEnd
{
    /// <summary>The socket failed or was closed by the peer: attach another to go on.</summary>
    Lost,
    /// <summary>channel_closed arrived: the session is over.</summary>
    ChannelClosed,
    /// <summary>The caller cancelled.</summary>
    Cancelled,
}

/// <summary>
/// The reliable stream of one session end: numbers, acknowledges, resends. It outlives its sockets: state stays when one is lost
/// and goes on with the next. A message enters the list of unacknowledged ones before it is sent, duplicates are always
/// acknowledged again. One owner calls <see cref="RunAsync"/>; any thread may send.
/// </summary>
public sealed partial class DataStream : IAsyncDisposable
{
    // CONTRACT STUB: implemented in its own change; signatures are fixed.
    public DataStream(DataStreamOptions options, IDataStreamReceiver receiver, TimeProvider time) => throw new NotImplementedException();

    /// <summary>Payload bytes put into one message; longer sends are split. Raised once the handshake has agreed on more.</summary>
    public int MaxPayload { get; set; } = DataStreamOptions.StockPayload;

    /// <summary>Messages sent and not yet acknowledged.</summary>
    public int Unacknowledged => throw new NotImplementedException();

    /// <summary>Reads and writes one socket until it ends; resends what the last one lost. Must not overlap with itself.</summary>
    public Task<SocketEnd> RunAsync(WebSocket socket, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>Queues stream data (copied before the call returns its task to completion); waits while the send window is full. Throws ObjectDisposedException after the end.</summary>
    public ValueTask SendAsync(PayloadType type, ReadOnlyMemory<byte> payload, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>Sends a message outside the stream (agent_session_state) on the present socket, if there is one.</summary>
    public ValueTask SendControlAsync(ReadOnlyMemory<byte> frame, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>Waits until everything sent is acknowledged, or the time is over. Returns whether it is.</summary>
    public ValueTask<bool> FlushAsync(TimeSpan limit, CancellationToken cancellationToken) => throw new NotImplementedException();

    public ValueTask DisposeAsync() => throw new NotImplementedException();
}
