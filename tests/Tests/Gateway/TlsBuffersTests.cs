using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Postern.Server.Gateway;
using Postern.Tests.DataStream;

namespace Postern.Tests.Gateway;

/// <summary>The one place that reaches into the runtime: a runtime that has changed there must be noticed here, not by an operator's memory.</summary>
public sealed class TlsBuffersTests
{
    [Fact]
    public async Task Buffers_are_given_back_on_this_runtime_and_data_still_passes()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var client = new TcpClient();
        var connecting = client.ConnectAsync((IPEndPoint)listener.LocalEndpoint);
        using var server = await listener.AcceptTcpClientAsync();
        await connecting;
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var certificate = new CertificateRequest("CN=gateway", key, HashAlgorithmName.SHA256).CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        await using var there = new SslStream(server.GetStream());
        await using var here = new SslStream(client.GetStream());
        await Task.WhenAll(
            there.AuthenticateAsServerAsync(certificate),
            here.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = "gateway", RemoteCertificateValidationCallback = (_, _, _, _) => true })).WaitAsync(Deadline.Time);

        Assert.True(TlsBuffers.GiveBackWhenIdle(there));

        using var deadline = new CancellationTokenSource(Deadline.Time);
        foreach (var size in new[] { 1, 16_384, 100_000 })
        {
            var (sent, received) = (RandomNumberGenerator.GetBytes(size), new byte[size]);
            await Task.WhenAll(there.WriteAsync(sent, deadline.Token).AsTask(), here.ReadExactlyAsync(received, deadline.Token).AsTask());
            Assert.Equal(sent, received);
            await Task.WhenAll(here.WriteAsync(sent, deadline.Token).AsTask(), there.ReadExactlyAsync(received, deadline.Token).AsTask());
            Assert.Equal(sent, received);
        }
    }

    [Fact]
    public void A_connection_without_TLS_is_left_alone() => Assert.False(TlsBuffers.GiveBackWhenIdle(null));
}
