using System.Net.Sockets;

namespace Postern.Protocol.Smux;

/// <summary>Joins a connected socket and a stream until both directions have ended; closes both. Same code at both ends.</summary>
public static class TcpBridge
{
    public static Task RunAsync(Socket socket, MuxStream stream, CancellationToken cancellationToken) => throw new NotImplementedException();
}
