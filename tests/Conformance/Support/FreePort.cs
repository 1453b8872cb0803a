using System.Net;
using System.Net.Sockets;

namespace Postern.Conformance.Support;

/// <summary>Ports that are free now. Handed out once each, so that tests running side by side do not get the same one.</summary>
internal static class FreePort
{
    private static readonly Lock Gate = new();
    private static readonly HashSet<int> Given = [];

    public static int Take()
    {
        while (true)
        {
            var listener = new TcpListener(IPAddress.Loopback, 0);
            listener.Start();
            var port = ((IPEndPoint)listener.LocalEndpoint).Port;
            listener.Stop();
            lock (Gate)
            {
                if (Given.Add(port))
                    return port;
            }
        }
    }
}
