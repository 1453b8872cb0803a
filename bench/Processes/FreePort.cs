using System.Net;
using System.Net.Sockets;

namespace Postern.Bench.Processes;

internal static class FreePort
{
    private static readonly HashSet<int> Given = [];

    // Below the ports that the system gives to outgoing connections: a port stays free while its program is being restarted.
    private const int First = 15_000, End = 32_000;

    /// <summary>A port that is free now, and was not handed out before.</summary>
    public static int Take()
    {
        while (true)
        {
            var port = Random.Shared.Next(First, End);
            lock (Given)
            {
                if (!Given.Add(port))
                    continue;
            }
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                socket.Bind(new IPEndPoint(IPAddress.Loopback, port));
                return port;
            }
            catch (SocketException e) when (e.SocketErrorCode == SocketError.AddressAlreadyInUse)
            {
                continue; // another program's
            }
        }
    }
}
