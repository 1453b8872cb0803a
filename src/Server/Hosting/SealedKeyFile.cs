using System.Security.Cryptography;
using System.Text;
using Postern.Server.Iam;
using Postern.Server.Storage;

namespace Postern.Server.Hosting;

/// <summary>
/// A private key on disk, sealed with the master key: PEM whose content is AES-256-GCM's, bound to the file's name. A key in clear, as earlier
/// versions wrote it, or one that an earlier master key sealed, is sealed anew when it is read.
/// </summary>
internal sealed class SealedKeyFile(Sealer sealer, string path)
{
    public const string Purpose = "ca-key";
    private const string Label = "POSTERN SEALED KEY", Clear = "PRIVATE KEY";

    private readonly string _name = System.IO.Path.GetFileName(path);

    public string Path => path;

    /// <param name="pem">A private key, PKCS #8.</param>
    public void Write(string pem)
        => PrivateFile.Write(path, Encoding.ASCII.GetBytes(PemEncoding.WriteString(Label, sealer.Seal(Encoding.ASCII.GetBytes(pem), _name)) + "\n"));

    /// <summary>The key as PEM, PKCS #8.</summary>
    /// <exception cref="StartupException">It is no key, or another master key sealed it.</exception>
    public string Read()
    {
        var text = File.ReadAllText(path);
        if (!PemEncoding.TryFind(text, out var fields))
            throw new StartupException($"{path} holds no key.");
        var label = text[fields.Label];
        if (label.EndsWith(Clear, StringComparison.Ordinal))
        {
            Write(text);
            return text;
        }
        if (label != Label || sealer.TryOpen(Convert.FromBase64String(text[fields.Base64Data]), _name, out var generation) is not { } opened)
            throw new StartupException($"{path} was sealed with another master key than the one in use (master.key, or where --help says). Use the one it was made with.");
        var pem = Encoding.ASCII.GetString(opened);
        if (generation > 0)
            Write(pem);
        return pem;
    }
}
