using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Postern.Server.Hosting;

/// <summary>Loads a certificate with its key from PEM files and says plainly what is wrong with them.</summary>
internal static class PemCertificate
{
    /// <exception cref="StartupException">A file is missing, unreadable or no PEM, or the key is another certificate's.</exception>
    public static X509Certificate2 Load(string certificate, string key)
    {
        try
        {
            return X509Certificate2.CreateFromPemFile(certificate, key);
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException)
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
