using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Postern.Agent.Host;
using Postern.Protocol;

namespace Postern.Agent.Control;

/// <summary>How the agent talks to its gateway: whom it trusts, through which proxy, how long it waits.</summary>
internal static class GatewayHttp
{
    private static readonly TimeSpan ConnectLimit = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan IdleConnections = TimeSpan.FromSeconds(20);
    /// <summary>
    /// A connection on which nothing came for so long, although it was read, is lost. Any connection of the pool may become a data channel's or
    /// the control channel's: four fifths of this must be more than the longer of their ping intervals.
    /// </summary>
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(35);

    /// <param name="caPath">The only CA to trust; null means those of the system. The host name is always verified.</param>
    public static SocketsHttpHandler CreateHandler(string? caPath)
    {
        // HTTPS_PROXY, HTTP_PROXY and NO_PROXY are read by the runtime.
        var handler = new SocketsHttpHandler
        {
            ConnectTimeout = ConnectLimit,
            PooledConnectionIdleTimeout = IdleConnections,
            AllowAutoRedirect = false,
            UseCookies = false,
            ConnectCallback = ConnectAsync,
        };
        if (caPath is not null)
            handler.SslOptions = new SslClientAuthenticationOptions { CertificateChainPolicy = TrustOnly(caPath) };
        return handler;
    }

    /// <summary>Scheme, host and port; https, or http to this machine.</summary>
    public static Uri ParseEndpoint(string text)
    {
        if (!Uri.TryCreate(text, UriKind.Absolute, out var uri) || uri.Scheme is not ("https" or "http") || uri.Host.Length == 0)
            throw new AgentException(ExitCode.Usage, $"--endpoint '{text}' is not an address like https://gateway.example:443");
        if (uri.Scheme == Uri.UriSchemeHttp && !uri.IsLoopback)
            throw new AgentException(ExitCode.Usage, $"--endpoint '{text}' is not encrypted: use https (http is for a gateway on this machine only)");
        return new Uri(uri.GetLeftPart(UriPartial.Authority));
    }

    private static async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(context.DnsEndPoint, cancellationToken);
            return new LiveStream(new NetworkStream(socket, ownsSocket: true), Silence, TimeProvider.System);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static X509ChainPolicy TrustOnly(string caPath)
    {
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        try
        {
            policy.CustomTrustStore.ImportFromPemFile(caPath);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw new AgentException(ExitCode.DataFolder, $"cannot read the CA {caPath}: {error.Message}");
        }
        if (policy.CustomTrustStore.Count == 0)
            throw new AgentException(ExitCode.DataFolder, $"the CA file {caPath} holds no certificate (PEM is expected)");
        return policy;
    }
}
