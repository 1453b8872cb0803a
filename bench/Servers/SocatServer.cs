using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Postern.Bench.Processes;

namespace Postern.Bench.Servers;

/// <summary>The TLS end of socat before the load server, with a certificate made for this run.</summary>
internal sealed class SocatServer : IAsyncDisposable
{
    /// <summary>Bytes it moves at a time; its own default of 8 KB costs it half its speed.</summary>
    public const int BlockSize = 64 * 1024;

    private readonly Child _process;

    private SocatServer(int port, string certificateFile, Child process) => (Port, CertificateFile, _process) = (port, certificateFile, process);

    public int Port { get; }
    public string CertificateFile { get; }
    public int ProcessId => _process.Id;

    public static async Task<SocatServer> StartAsync(string folder, int destination, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(folder);
        string certificateFile = Path.Combine(folder, "certificate.pem"), keyFile = Path.Combine(folder, "key.pem");
        using (var key = ECDsa.Create(ECCurve.NamedCurves.nistP256))
        {
            var now = DateTimeOffset.UtcNow;
            using var certificate = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256).CreateSelfSigned(now.AddHours(-1), now.AddDays(1));
            await File.WriteAllTextAsync(certificateFile, certificate.ExportCertificatePem(), cancellationToken);
            await File.WriteAllTextAsync(keyFile, key.ExportPkcs8PrivateKeyPem(), cancellationToken);
        }
        var port = FreePort.Take();
        return new(port, certificateFile, Child.Start(new("socat", "-b", $"{BlockSize}",
            $"OPENSSL-LISTEN:{port},bind=127.0.0.1,fork,reuseaddr,nodelay,backlog=256,cert={certificateFile},key={keyFile},verify=0", $"TCP:127.0.0.1:{destination},nodelay")));
    }

    public ValueTask DisposeAsync() => _process.DisposeAsync();
}
