namespace Postern.Protocol.Smux;

/// <summary>The peer broke the multiplexer's rules; the session cannot go on.</summary>
public sealed class MuxProtocolException(string message) : Exception(message);
