using System.Net;
using System.Net.Sockets;

namespace Postern.Bench.Processes;

internal static class FreePort
{
    private static readonly HashSet<int> Given = [];

    /// <summary>A port that is free now, and was not handed out before.</summary>
    public static int Take()
    {
        while (true)
        {
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
            var port = ((IPEndPoint)socket.LocalEndPoint!).Port;
            if (Given.Add(port))
                return port;
        }
    }
}
