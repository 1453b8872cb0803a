using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Postern.Server.Iam;
using Postern.Server.Settings;

namespace Postern.Server.Hosting;

/// <summary>
/// The certificate that connections get, kept current: one of our own CA is issued again before it expires or when it lacks a name, a given one
/// is read again when its file changes. Connections that stand keep the one they began with.
/// </summary>
internal sealed class ServerCertificate(ServerOptions options, DataDirectory data, MasterKey master, TimeProvider time)
{
    private static readonly TimeSpan RenewBefore = TimeSpan.FromDays(30);

    private volatile SslStreamCertificateContext? _current;
    private DateTime _loadedFrom;

    /// <summary>Valid once <see cref="Refresh"/> has run.</summary>
    public SslStreamCertificateContext Current => _current ?? throw new InvalidOperationException("The server certificate was not loaded.");

    /// <summary>Loads, issues or renews as needed; called at start and every hour. True when the certificate is another one now.</summary>
    /// <exception cref="StartupException">There is no usable certificate. The one in use stays.</exception>
    public bool Refresh() => options.Certificate is null ? RefreshOwn() : RefreshGiven(options.Certificate, options.Key!);

    /// <summary>What clients need to trust to reach us: our CA, the given chain when it holds its own root, null when their system should know it.</summary>
    public string? TrustFile()
    {
        if (options.Certificate is null)
            return data.CaCertificate;
        var chain = new X509Certificate2Collection();
        chain.ImportFromPemFile(options.Certificate);
        return chain.Any(certificate => certificate.SubjectName.RawData.AsSpan().SequenceEqual(certificate.IssuerName.RawData)) ? options.Certificate : null;
    }

    private bool RefreshOwn()
    {
        using var authority = CertificateAuthority.LoadOrCreate(data, new Sealer(master, SealedKeyFile.Purpose), time);
        var names = ServerNames.Of(options);
        if (!IsGood(authority, names))
        {
            authority.Issue(data, names, time);
            _current = null;
        }
        if (_current is not null)
            return false;
        _current = SslStreamCertificateContext.Create(PemCertificate.Load(data.ServerCertificate, data.ServerKey), null, offline: true);
        return true;
    }

    private bool IsGood(CertificateAuthority authority, ServerNames names)
    {
        if (!File.Exists(data.ServerCertificate) || !File.Exists(data.ServerKey))
            return false;
        try
        {
            using var certificate = PemCertificate.Load(data.ServerCertificate, data.ServerKey);
            // Near the end of the authority nothing better can be issued; then what is there must do.
            var needed = time.GetUtcNow() + RenewBefore;
            var lasts = new DateTimeOffset(certificate.NotAfter.ToUniversalTime()) > needed || certificate.NotAfter >= authority.Certificate.NotAfter;
            return lasts && names.CoveredBy(certificate) && authority.Vouches(certificate, time.GetUtcNow());
        }
        catch (StartupException)
        {
            return false; // damaged, or a pair that does not fit: it is ours, so it is made anew
        }
    }

    private bool RefreshGiven(string certificate, string key)
    {
        var written = File.GetLastWriteTimeUtc(certificate);
        if (_current is not null && written == _loadedFrom)
            return false;
        var leaf = PemCertificate.Load(certificate, key);
        if (leaf.NotAfter.ToUniversalTime() <= time.GetUtcNow().UtcDateTime)
            throw new StartupException($"The certificate {certificate} expired on {leaf.NotAfter:yyyy-MM-dd}.");
        var chain = new X509Certificate2Collection();
        chain.ImportFromPemFile(certificate);
        _current = SslStreamCertificateContext.Create(leaf, chain, offline: true);
        _loadedFrom = written;
        return true;
    }
}
