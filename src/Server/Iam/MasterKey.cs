using System.Security.Cryptography;
using System.Text;
using Postern.Server.Storage;

namespace Postern.Server.Iam;

/// <summary>
/// The gateway's one secret, 32 random bytes. It is never used itself: a key is derived for each purpose, so that what is sealed for one cannot
/// be opened as another. Behind the current key may stand earlier ones, the latest first: what they sealed can still be opened, nothing
/// is sealed with them any more. Gateways that share a database share it.
/// </summary>
internal sealed class MasterKey
{
    public const int Size = 32, MaxKeys = 4;
    private readonly byte[][] _keys;

    private MasterKey(byte[][] keys) => _keys = keys;

    /// <summary>How many keys there are, the current one included.</summary>
    public int Count => _keys.Length;

    /// <summary>Reads the file, or makes it.</summary>
    /// <exception cref="InvalidDataException">The file has another size: it is not a master key, or was damaged.</exception>
    public static MasterKey LoadOrCreate(string path)
    {
        if (!File.Exists(path))
            PrivateFile.Write(path, RandomNumberGenerator.GetBytes(Size));
        return Load(path);
    }

    /// <summary>A file is the bytes of the keys, one behind the other.</summary>
    /// <inheritdoc cref="LoadOrCreate"/>
    public static MasterKey Load(string path)
    {
        var length = new FileInfo(path).Length;
        if (length is 0 or > MaxKeys * Size || length % Size != 0)
            throw new InvalidDataException($"{path} must hold exactly {Size} bytes for each of 1 to {MaxKeys} keys, it has {length}. Restore it from a backup: without it the secrets in the database are lost.");
        return new MasterKey([.. File.ReadAllBytes(path).Chunk(Size)]);
    }

    /// <summary>Keys of 64 hexadecimal digits each, separated by commas or white space.</summary>
    /// <param name="text">What stands at the source.</param>
    /// <param name="source">Its name, for errors; the text itself is never shown.</param>
    /// <exception cref="InvalidDataException">It is anything else.</exception>
    public static MasterKey Parse(string text, string source)
    {
        var words = text.Split([',', ' ', '\t', '\r', '\n'], StringSplitOptions.RemoveEmptyEntries);
        return words.Length is > 0 and <= MaxKeys && words.All(word => word.Length == 2 * Size && word.All(char.IsAsciiHexDigit))
            ? new MasterKey([.. words.Select(Convert.FromHexString)])
            : throw new InvalidDataException($"{source} must hold 1 to {MaxKeys} master keys of {2 * Size} hexadecimal digits each, separated by commas, the current one first.");
    }

    /// <summary>Puts a new key in front. The oldest goes when there are more than <see cref="MaxKeys"/>.</summary>
    public static void Rotate(string path)
        => PrivateFile.Write(path, [.. RandomNumberGenerator.GetBytes(Size), .. Load(path)._keys.Take(MaxKeys - 1).SelectMany(key => key)]);

    /// <summary>Leaves the current key alone in the file.</summary>
    public static void ForgetEarlier(string path) => PrivateFile.Write(path, Load(path)._keys[0]);

    /// <summary>The current key alone, to see what can do without the others.</summary>
    public MasterKey WithoutEarlier() => new([_keys[0]]);

    /// <param name="purpose">What the derived key is for.</param>
    /// <param name="generation">0 the current key, 1 the one before it …</param>
    public byte[] Derive(string purpose, int generation = 0)
        => HKDF.DeriveKey(HashAlgorithmName.SHA256, _keys[generation], Size, info: Encoding.UTF8.GetBytes("postern/" + purpose));

    /// <summary>For every generation.</summary>
    public byte[][] DeriveAll(string purpose) => [.. Enumerable.Range(0, Count).Select(generation => Derive(purpose, generation))];
}
