namespace Postern.Cli.Config;

/// <summary>
/// ~/.config/postern/recording-keys: which key each gateway signs recordings with, as it was when it was first asked. From then on no other one is taken from it.
/// A line is the gateway's address, a space, and the key's fingerprint.
/// </summary>
internal sealed class KnownRecordingKeys(string path)
{
    private const int LargestFile = 1024 * 1024;

    public string Path => path;

    public static KnownRecordingKeys OfUser(Func<string, string?>? environment = null)
    {
        environment ??= Environment.GetEnvironmentVariable;
        var home = environment("XDG_CONFIG_HOME") is { Length: > 0 } given ? given
            : System.IO.Path.Combine(environment("HOME") is { Length: > 0 } folder ? folder : Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".config");
        return new KnownRecordingKeys(System.IO.Path.Combine(home, "postern", "recording-keys"));
    }

    /// <summary>The fingerprint; null: this gateway has not been asked yet.</summary>
    /// <exception cref="SettingsException">The file cannot be read.</exception>
    public string? Find(Uri gateway)
    {
        try
        {
            if (!File.Exists(path))
                return null;
            if (new FileInfo(path).Length > LargestFile)
                throw new SettingsException($"{path} is larger than {LargestFile} bytes; it does not look like a list of keys.");
            var name = NameOf(gateway);
            return File.ReadLines(path).Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
                .FirstOrDefault(words => words.Length == 2 && words[0] == name)?[1];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new SettingsException($"{path} cannot be read: {e.Message}");
        }
    }

    /// <exception cref="SettingsException">The file cannot be written.</exception>
    public void Add(Uri gateway, string fingerprint)
    {
        try
        {
            Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path)!);
            File.AppendAllText(path, $"{NameOf(gateway)} {fingerprint}\n");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new SettingsException($"{path} cannot be written: {e.Message}. Give the key with --key.");
        }
    }

    private static string NameOf(Uri gateway) => gateway.GetLeftPart(UriPartial.Authority);
}
