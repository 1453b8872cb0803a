using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Postern.Conformance.Support.Servers;

/// <summary>A certificate for localhost that signs itself, and its key, as files that a server's account may read.</summary>
internal sealed record ServerCertificate(string File, string KeyFile)
{
    public static async Task<ServerCertificate> MakeAsync(string folder, string account)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(30));
        var made = new ServerCertificate(Path.Combine(folder, "server.crt"), Path.Combine(folder, "server.key"));
        await System.IO.File.WriteAllTextAsync(made.File, certificate.ExportCertificatePem());
        await System.IO.File.WriteAllTextAsync(made.KeyFile, key.ExportPkcs8PrivateKeyPem());
        // PostgreSQL takes no key that others can read.
        System.IO.File.SetUnixFileMode(made.KeyFile, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        await ServiceAccount.OwnAsync(made.KeyFile, account);
        return made;
    }
}
