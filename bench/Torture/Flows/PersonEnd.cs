using System.Net;
using System.Net.Sockets;

namespace Postern.Bench.Torture.Flows;

/// <summary>The near end of a connection through a session: a socket, or the standard streams of a program.</summary>
internal sealed record PersonEnd(Stream Write, Stream Read) : IDisposable
{
    /// <summary>Connects to a local port of a tunnel, and tells the far end which flow it is.</summary>
    public static async Task<PersonEnd> ConnectAsync(int port, long flow, CancellationToken cancellationToken)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, port), cancellationToken);
            var stream = new NetworkStream(socket, ownsSocket: true);
            await stream.WriteAsync(BitConverter.GetBytes(flow), cancellationToken);
            return new(stream, stream);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Ends the sending direction; the other goes on.</summary>
    public void HalfClose() => ((NetworkStream)Write).Socket.Shutdown(SocketShutdown.Send);

    public void Dispose()
    {
        Write.Dispose();
        Read.Dispose();
    }
}
