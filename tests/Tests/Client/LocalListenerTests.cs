using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;
using Postern.Client.Ports;
using Postern.Tests.DataStream;
using Postern.Tests.Support;

namespace Postern.Tests.Client;

public sealed class LocalListenerTests
{
    [Fact]
    public async Task Free_port_is_the_same_on_both_loopback_addresses()
    {
        using var listener = LocalListener.OnPort(0);
        var sockets = Channel.CreateUnbounded<Socket>();
        using var stop = new CancellationTokenSource();
        var accepting = listener.RunAsync(s => sockets.Writer.TryWrite(s), stop.Token);
        foreach (var address in Addresses())
        {
            using var client = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            await client.ConnectAsync(address, listener.Port).WaitAsync(Deadline.Time);
            using var accepted = await sockets.Reader.ReadAsync().AsTask().WaitAsync(Deadline.Time);
            Assert.True(accepted.NoDelay);
        }
        await stop.CancelAsync();
        await accepting.WaitAsync(Deadline.Time);
    }

    [Fact]
    public void Taken_port_is_an_error_whichever_address_has_it()
    {
        foreach (var address in Addresses())
        {
            using var other = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            other.Bind(new IPEndPoint(address, 0));
            other.Listen();
            var error = Assert.Throws<SocketException>(() => LocalListener.OnPort(((IPEndPoint)other.LocalEndPoint!).Port));
            Assert.Equal(SocketError.AddressAlreadyInUse, error.SocketErrorCode);
        }
    }

    [Fact]
    public async Task Unix_socket_is_for_its_owner_and_goes_with_the_listener()
    {
        using var folder = new TempFolder();
        var path = folder["forward.sock"];
        using (var listener = LocalListener.OnUnixSocket(path))
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
            Assert.Throws<SocketException>(() => LocalListener.OnUnixSocket(path));
            using var client = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            await client.ConnectAsync(new UnixDomainSocketEndPoint(path)).WaitAsync(Deadline.Time);
        }
        Assert.False(File.Exists(path));
    }

    private static IEnumerable<IPAddress> Addresses()
    {
        yield return IPAddress.Loopback;
        if (Ipv6IsThere())
            yield return IPAddress.IPv6Loopback;
    }

    private static bool Ipv6IsThere()
    {
        try
        {
            using var socket = new Socket(AddressFamily.InterNetworkV6, SocketType.Stream, ProtocolType.Tcp);
            socket.Bind(new IPEndPoint(IPAddress.IPv6Loopback, 0));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
