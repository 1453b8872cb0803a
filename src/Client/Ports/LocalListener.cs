using System.Net;
using System.Net.Sockets;

namespace Postern.Client.Ports;

/// <summary>
/// The local end of a forwarding: one port on 127.0.0.1 and, where there is IPv6, on ::1, so that every spelling of localhost arrives
/// here; or a Unix socket. Bound when made, so that clients may connect and wait before the session is open.
/// </summary>
public sealed class LocalListener : IDisposable
{
    private const int Backlog = 512;
    private const int FreePortTries = 16;

    private readonly List<Socket> _sockets = [];

    private LocalListener(int port, string? unixPath)
    {
        Port = port;
        UnixPath = unixPath;
    }

    /// <summary>The TCP port, 0 for a Unix socket.</summary>
    public int Port { get; private set; }

    public string? UnixPath { get; }

    /// <summary>Listens on a port, 0 for any free one. Throws SocketException when it is taken.</summary>
    public static LocalListener OnPort(int port)
    {
        for (var tries = 1; ; tries++)
        {
            var listener = new LocalListener(port, null);
            try
            {
                listener.Bind(IPAddress.Loopback);
                if (Socket.OSSupportsIPv6)
                    listener.Bind(IPAddress.IPv6Loopback);
                return listener;
            }
            catch (SocketException e) when (e.SocketErrorCode is SocketError.AddressNotAvailable or SocketError.AddressFamilyNotSupported && listener._sockets.Count > 0)
            {
                return listener; // no ::1 on this machine
            }
            catch (SocketException) when (port == 0 && tries < FreePortTries)
            {
                listener.Dispose(); // free on 127.0.0.1, taken on ::1
            }
            catch
            {
                listener.Dispose();
                throw;
            }
        }
    }

    /// <summary>Listens on a Unix socket, which only this user may connect to. Throws SocketException when the path exists.</summary>
    public static LocalListener OnUnixSocket(string path)
    {
        var listener = new LocalListener(0, path);
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            socket.Bind(new UnixDomainSocketEndPoint(path));
            listener._sockets.Add(socket);
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            socket.Listen(Backlog);
            return listener;
        }
        catch
        {
            socket.Dispose();
            listener.Dispose();
            throw;
        }
    }

    /// <summary>Hands over each connection as it comes, until cancelled. The handler owns the socket.</summary>
    internal Task RunAsync(Action<Socket> onConnection, CancellationToken cancellationToken)
        => Task.WhenAll(_sockets.Select(s => AcceptAsync(s, onConnection, cancellationToken)));

    public void Dispose()
    {
        foreach (var socket in _sockets)
            socket.Dispose();
        if (UnixPath is not null && _sockets.Count > 0)
            File.Delete(UnixPath);
        _sockets.Clear();
    }

    private void Bind(IPAddress address)
    {
        var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Bind(new IPEndPoint(address, Port));
            socket.Listen(Backlog);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
        _sockets.Add(socket);
        Port = ((IPEndPoint)socket.LocalEndPoint!).Port;
    }

    private static async Task AcceptAsync(Socket listener, Action<Socket> onConnection, CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                var socket = await listener.AcceptAsync(cancellationToken);
                if (socket.ProtocolType == ProtocolType.Tcp)
                    socket.NoDelay = true;
                onConnection(socket);
            }
            catch (SocketException e) when (e.SocketErrorCode is SocketError.ConnectionReset or SocketError.ConnectionAborted)
            {
                // The client left before it was accepted.
            }
            catch (SocketException e) when (e.SocketErrorCode is SocketError.TooManyOpenSockets)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(100), cancellationToken); // descriptors come back as connections end
            }
            catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException)
            {
                return;
            }
        }
    }
}
