using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using Postern.Protocol;

namespace Postern.Client.Transport;

/// <summary>
/// One connection to a gateway, TLS included. It is made on the calling thread, which waits: an asynchronous connect and handshake, and
/// an HTTP stack on top, take longer to load than all the rest of the way to an open port.
/// </summary>
internal sealed class DirectConnection : IDisposable
{
    private readonly Uri _url;
    private long _idleSince;

    private DirectConnection(Uri url, Stream stream)
    {
        _url = url;
        Stream = stream;
    }

    public Stream Stream { get; }

    /// <summary>Whether a byte of the present answer has come: from then on a failure is no idle connection that had been closed.</summary>
    public bool Answering { get; private set; }

    /// <summary>Cancelling closes the socket under it. Throws SocketException, IOException or AuthenticationException.</summary>
    /// <param name="url">http or ws, else with TLS.</param>
    /// <param name="trust">What to trust; null for the system's roots.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    public static DirectConnection Open(Uri url, X509ChainPolicy? trust, CancellationToken cancellationToken)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        Stream? stream = null;
        try
        {
            using (CloseOn(cancellationToken, socket))
            {
                var host = url.IdnHost.Trim('[', ']');
                KeepAlive(socket);
                if (Numeric(host) is { } address)
                    socket.Connect(address, url.Port);
                else
                    socket.Connect(host, url.Port);
                stream = new LiveStream(new NetworkStream(socket, ownsSocket: true), GatewayTransport.Silence, TimeProvider.System);
                if (IsSecure(url))
                {
                    var secure = new SslStream(stream);
                    secure.AuthenticateAsClient(new SslClientAuthenticationOptions { TargetHost = host, CertificateChainPolicy = trust?.Clone() });
                    stream = secure;
                }
                cancellationToken.ThrowIfCancellationRequested();
                return new DirectConnection(url, stream);
            }
        }
        catch
        {
            stream?.Dispose();
            socket.Dispose();
            cancellationToken.ThrowIfCancellationRequested(); // what the closed socket said does not matter then
            throw;
        }
    }

    /// <summary>A network that went away without a word is noticed in about 40 s, also while nothing is being read.</summary>
    public static void KeepAlive(Socket socket)
    {
        socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, 20);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, 5);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount, 4);
    }

    /// <summary>Runs one exchange on this thread. Cancelling closes the connection under it; so does a failure.</summary>
    public T Exchange<T>(Func<DirectConnection, T> exchange, CancellationToken cancellationToken)
    {
        Answering = false;
        try
        {
            using (CloseOn(cancellationToken, this))
                return exchange(this);
        }
        catch
        {
            Dispose();
            cancellationToken.ThrowIfCancellationRequested();
            throw;
        }
    }

    /// <summary>The next byte of an answer, -1 at the end. The bytes come from memory, all but the first of a record.</summary>
    public int ReadByte()
    {
        Span<byte> one = stackalloc byte[1];
        return Read(one) == 0 ? -1 : one[0];
    }

    public int Read(Span<byte> buffer)
    {
        var count = Stream.Read(buffer);
        Answering |= count > 0;
        return count;
    }

    public void BecomeIdle() => _idleSince = Environment.TickCount64;

    /// <summary>Whether it leads there and has not been idle for so long that the other end may have closed it.</summary>
    public bool CanServe(Uri url, TimeSpan longestIdle)
        => _url.Authority == url.Authority && IsSecure(_url) == IsSecure(url) && Environment.TickCount64 - _idleSince < longestIdle.TotalMilliseconds;

    public void Dispose() => Stream.Dispose();

    /// <summary>Null for a name. Plain IPv4 by hand: the runtime's parser is compiled at start.</summary>
    private static IPAddress? Numeric(string host)
    {
        if (host.Contains(':'))
            return IPAddress.TryParse(host, out var other) ? other : null;
        Span<byte> bytes = stackalloc byte[4];
        int part = 0, digits = 0, value = 0;
        foreach (var c in host)
        {
            if (char.IsAsciiDigit(c) && digits < 3 && (value = value * 10 + c - '0') <= byte.MaxValue)
            {
                bytes[part] = (byte)value;
                digits++;
            }
            else if (c == '.' && digits > 0 && part < 3)
                (part, digits, value) = (part + 1, 0, 0);
            else
                return null;
        }
        return part == 3 && digits > 0 ? new IPAddress(bytes) : null;
    }

    private static bool IsSecure(Uri url) => url.Scheme != Uri.UriSchemeHttp && url.Scheme != Uri.UriSchemeWs;

    private static CancellationTokenRegistration CloseOn(CancellationToken cancellationToken, IDisposable connection)
        => cancellationToken.UnsafeRegister(static open => ((IDisposable)open!).Dispose(), connection);
}
