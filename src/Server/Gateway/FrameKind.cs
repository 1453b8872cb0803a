namespace Postern.Server.Gateway;

/// <summary>What the relay has to know of a message to put it in the right place.</summary>
internal enum FrameKind
{
    /// <summary>acknowledge: its order among other messages does not matter.</summary>
    Acknowledge,
    /// <summary>Stream data, in strict order.</summary>
    Stream,
    /// <summary>Stream data of payload type 7.</summary>
    HandshakeComplete,
    /// <summary>The last message.</summary>
    ChannelClosed,
}
