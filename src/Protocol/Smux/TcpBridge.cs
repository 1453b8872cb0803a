using System.Net.Sockets;

namespace Postern.Protocol.Smux;

/// <summary>Joins a connected socket and a stream until both directions have ended; closes both. Same code at both ends.</summary>
public static class TcpBridge
{
    /// <summary>
    /// Takes over the socket. Never throws for what a connection ends with: a reset of the socket aborts the stream, an aborted stream or
    /// cancellation resets the socket.
    /// </summary>
    public static Task RunAsync(Socket socket, MuxStream stream, CancellationToken cancellationToken) =>
        RunAsync(socket, stream, TimeProvider.System, cancellationToken);

    internal static async Task RunAsync(Socket socket, MuxStream stream, TimeProvider time, CancellationToken cancellationToken)
    {
        using var connection = new BridgedConnection(socket, stream, time, cancellationToken);
        await connection.RunAsync().ConfigureAwait(false);
    }
}
