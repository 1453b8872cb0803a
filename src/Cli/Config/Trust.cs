using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Postern.Cli.Terminal;

namespace Postern.Cli.Config;

/// <summary>Reads the certificates a person wants trusted.</summary>
internal static class Trust
{
    private const string Nowhere = "/dev/null";
    private const int LargestFile = 8 * 1024 * 1024;
    private const string Begin = "-----BEGIN CERTIFICATE-----", End = "-----END CERTIFICATE-----";

    /// <summary>Null (the system's roots) without a file. Throws <see cref="SettingsException"/> when the file has no certificates.</summary>
    public static X509Certificate2Collection? Load(string? caFile, string? alsoFile = null)
    {
        if (caFile is null)
            return null;
        var roots = new X509Certificate2Collection();
        Add(roots, caFile);
        if (alsoFile is not null && File.Exists(alsoFile))
            Add(roots, alsoFile);
        return roots;
    }

    /// <summary>
    /// As <see cref="Load"/>, for a process that will trust nothing else. The runtime reads every certificate of the system before it
    /// checks a chain, even when told to trust none of them: most of the time between start and an open port. The variables set here tell
    /// it where they are: nowhere.
    /// </summary>
    public static X509Certificate2Collection? LoadForProcess(string? caFile, string? alsoFile = null)
    {
        var roots = Load(caFile, alsoFile);
        if (roots is null)
            return null;
        Posix.SetEnvironment("SSL_CERT_DIR", Nowhere, overwrite: 1);
        Posix.SetEnvironment("SSL_CERT_FILE", Nowhere, overwrite: 1);
        return roots;
    }

    private static void Add(X509Certificate2Collection roots, string file)
    {
        var before = roots.Count;
        try
        {
            if (new FileInfo(file).Length > LargestFile)
                throw new SettingsException($"The CA bundle {file} is larger than {LargestFile} bytes; it does not look like one.");
            AddPem(roots, File.ReadAllText(file));
        }
        catch (Exception e) when (e is CryptographicException or FormatException or IOException or UnauthorizedAccessException)
        {
            throw new SettingsException($"The CA bundle {file} cannot be read: {e.Message}");
        }
        if (roots.Count == before)
            throw new SettingsException($"The CA bundle {file} holds no certificate; it must be PEM.");
    }

    /// <summary>The runtime's own PEM reader is compiled at start, for longer than all of this takes.</summary>
    private static void AddPem(X509Certificate2Collection roots, string text)
    {
        for (var at = 0; text.IndexOf(Begin, at, StringComparison.Ordinal) is var begin and >= 0;)
        {
            begin += Begin.Length;
            var end = text.IndexOf(End, begin, StringComparison.Ordinal);
            if (end < 0)
                throw new FormatException("a certificate has no end");
            roots.Add(X509CertificateLoader.LoadCertificate(Convert.FromBase64String(text[begin..end])));
            at = end + End.Length;
        }
    }
}
