using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Postern.Server.Hosting;

/// <summary>Loads a certificate with its key from PEM files and says plainly what is wrong with them.</summary>
internal static class PemCertificate
{
    /// <exception cref="StartupException">A file is missing, unreadable or no PEM, or the key is another certificate's.</exception>
    public static X509Certificate2 Load(string certificate, string key) => Load(certificate, key, () => X509Certificate2.CreateFromPemFile(certificate, key));

    /// <inheritdoc cref="Load(string, string)"/>
    public static X509Certificate2 Load(string certificate, SealedKeyFile key) => Load(certificate, key.Path, () => X509Certificate2.CreateFromPem(File.ReadAllText(certificate), key.Read()));

    private static X509Certificate2 Load(string certificate, string key, Func<X509Certificate2> load)
    {
        try
        {
            return load();
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException or FormatException)
        {
            throw new StartupException($"The certificate {certificate} and the key {key} cannot be used: {OneLine(e.Message)}", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StartupException($"The certificate {certificate} or its key {key} cannot be read: {OneLine(e.Message)}", e);
        }
    }

    private static string OneLine(string text) => text.ReplaceLineEndings(" ");
}
