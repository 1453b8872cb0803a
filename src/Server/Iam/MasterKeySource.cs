using Postern.Server.Settings;

namespace Postern.Server.Iam;

/// <summary>
/// Where the master key comes from, the first of: the file that --master-key-file names; the environment variable POSTERN_MASTER_KEY; the systemd
/// credential postern-master-key; DIR/master.key, which is made when there is none.
/// </summary>
/// <param name="File">Null when it does not come from a file of keys.</param>
/// <param name="Name">Of the source, for people.</param>
internal sealed record MasterKeySource(string? File, string Name, Func<MasterKey> Load)
{
    public const string Variable = "POSTERN_MASTER_KEY", Credential = "postern-master-key", DefaultFile = "master.key";
    private const string CredentialsFolder = "CREDENTIALS_DIRECTORY"; // systemd.exec(5)
    private const int MaxCredential = 4096;

    /// <param name="options">The settings.</param>
    /// <param name="environment">Reads an environment variable.</param>
    public static MasterKeySource Find(ServerOptions options, Func<string, string?> environment)
    {
        if (options.MasterKeyFile is { } named)
            return new(named, named, () => LoadNamed(named));
        if (environment(Variable) is { Length: > 0 } text)
            return new(null, $"the environment variable {Variable}", () => MasterKey.Parse(text, Variable));
        if (environment(CredentialsFolder) is { Length: > 0 } folder && Path.Combine(folder, Credential) is var credential && System.IO.File.Exists(credential))
            return new(null, $"the credential {credential}", () => LoadCredential(credential));
        var path = Path.Combine(options.Data, DefaultFile);
        return new(path, path, () => MasterKey.LoadOrCreate(path));
    }

    // Not made: a file that was named is expected to be there, and a new key beside a lost one would open nothing.
    private static MasterKey LoadNamed(string path) => System.IO.File.Exists(path)
        ? MasterKey.Load(path)
        : throw new InvalidDataException($"The master key {path} does not exist. For a new gateway make it: head -c {MasterKey.Size} /dev/urandom > {path}; chmod 600 {path}");

    private static MasterKey LoadCredential(string path) => new FileInfo(path).Length <= MaxCredential
        ? MasterKey.Parse(System.IO.File.ReadAllText(path), path)
        : throw new InvalidDataException($"The credential {path} has more than {MaxCredential} bytes.");
}
