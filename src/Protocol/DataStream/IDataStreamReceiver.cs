using Postern.Protocol.Messages;

namespace Postern.Protocol.DataStream;

/// <summary>Takes what arrives on a data stream, in order and once. Calls never overlap.</summary>
public interface IDataStreamReceiver
{
    /// <summary>
    /// One stream message. The memory is valid until the returned task ends; the message is acknowledged after that (a handshake message
    /// before). May wait for a slow consumer: acknowledgements are read meanwhile and memory stays bounded; the token ends with the
    /// session. Must not block its thread, which is the one that reads the socket. What it throws ends the stream: RunAsync throws it.
    /// </summary>
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
