using System.Security.Cryptography;
using System.Text;
using Postern.Server.Storage;

namespace Postern.Server.Iam;

/// <summary>
/// The gateway's one secret, 32 random bytes in DIR/master.key. It is never used itself: a key is derived for each purpose, so that what
/// is sealed for one cannot be opened as another. Gateways that share a database share this file.
/// </summary>
internal sealed class MasterKey
{
    public const int Size = 32;
    private readonly byte[] _key;

    private MasterKey(byte[] key) => _key = key;

    /// <summary>Reads the file, or makes it.</summary>
    /// <exception cref="InvalidDataException">The file has another size: it is not a master key, or was damaged.</exception>
    public static MasterKey LoadOrCreate(string path)
    {
        if (!File.Exists(path))
            PrivateFile.Write(path, RandomNumberGenerator.GetBytes(Size));
        var length = new FileInfo(path).Length;
        if (length != Size)
            throw new InvalidDataException($"{path} must hold exactly {Size} bytes, it has {length}. Restore it from a backup: without it the secrets in the database are lost.");
        return new MasterKey(File.ReadAllBytes(path));
    }

    public byte[] Derive(string purpose) => HKDF.DeriveKey(HashAlgorithmName.SHA256, _key, Size, info: Encoding.UTF8.GetBytes("postern/" + purpose));
}
