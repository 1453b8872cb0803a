using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Postern.Server.Iam;
using Postern.Server.Storage;

namespace Postern.Server.Hosting;

/// <summary>The gateway's own certificate authority: ECDSA P-256, ten years, made at the first start. Clients trust DIR/ca.pem.</summary>
internal sealed class CertificateAuthority(X509Certificate2 certificate) : IDisposable
{
    private const int Years = 10, SerialSize = 16;
    /// <summary>Certificates begin before now, for clients whose clocks are late; the authority's before those it signs.</summary>
    private static readonly TimeSpan Leeway = TimeSpan.FromDays(1);
    private static readonly TimeSpan LeafLifetime = TimeSpan.FromDays(365);

    public X509Certificate2 Certificate { get; } = certificate;

    /// <exception cref="StartupException">The files are damaged, do not fit together, or the authority has expired.</exception>
    public static CertificateAuthority LoadOrCreate(DataDirectory data, Sealer sealer, TimeProvider time)
    {
        var now = time.GetUtcNow();
        var key = new SealedKeyFile(sealer, data.CaKey);
        if (!File.Exists(data.CaCertificate) && !File.Exists(data.CaKey))
            Create(data, key, now);
        var certificate = PemCertificate.Load(data.CaCertificate, key);
        return certificate.NotAfter.ToUniversalTime() > now.UtcDateTime
            ? new CertificateAuthority(certificate)
            : throw new StartupException($"The certificate authority {data.CaCertificate} expired on {certificate.NotAfter:yyyy-MM-dd}. Remove it with ca.key for a new one, and give ca.pem to every client again.");
    }

    /// <summary>Writes a server certificate for the names given, at most a year long.</summary>
    public void Issue(DataDirectory data, ServerNames names, TimeProvider time)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={names.CommonName}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.1", "serverAuth")], false));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(Certificate, true, false));
        request.CertificateExtensions.Add(names.ToExtension());
        var begin = time.GetUtcNow() - Leeway;
        var end = begin + LeafLifetime;
        var authorityEnd = new DateTimeOffset(Certificate.NotAfter.ToUniversalTime());
        using var issued = request.Create(Certificate, begin, end < authorityEnd ? end : authorityEnd, NewSerial());
        // The key first: a start between the two writes finds a pair that does not fit and issues again.
        PrivateFile.Write(data.ServerKey, Encoding.ASCII.GetBytes(key.ExportPkcs8PrivateKeyPem() + "\n"));
        PrivateFile.WriteReadable(data.ServerCertificate, Encoding.ASCII.GetBytes(issued.ExportCertificatePem() + "\n"));
    }

    /// <summary>Whether a certificate is ours and valid at the moment given.</summary>
    public bool Vouches(X509Certificate2 certificate, DateTimeOffset at)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.Add(Certificate);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.DisableCertificateDownloads = true;
        chain.ChainPolicy.VerificationTime = at.LocalDateTime;
        return chain.Build(certificate);
    }

    public void Dispose() => Certificate.Dispose();

    private static void Create(DataDirectory data, SealedKeyFile file, DateTimeOffset now)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        // The random part keeps two authorities of one host apart where a client trusts both.
        var request = new CertificateRequest($"CN=Postern CA {Environment.MachineName} {RandomNumberGenerator.GetHexString(8, true)}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, true, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        using var certificate = request.CreateSelfSigned(now - 2 * Leeway, now.AddYears(Years));
        file.Write(key.ExportPkcs8PrivateKeyPem());
        PrivateFile.WriteReadable(data.CaCertificate, Encoding.ASCII.GetBytes(certificate.ExportCertificatePem() + "\n"));
    }

    // Positive and without a leading zero byte, as DER wants it.
    private static byte[] NewSerial()
    {
        var serial = RandomNumberGenerator.GetBytes(SerialSize);
        serial[0] = (byte)((serial[0] & 0x7F) | 0x40);
        return serial;
    }
}
