namespace Postern.Cli.Config;

/// <summary>A file such as ~/.aws/config: sections of name = value lines. Nested (indented) settings are not read.</summary>
internal sealed class AwsProfileFile
{
    private const int LargestFile = 1024 * 1024;

    private readonly Dictionary<string, Dictionary<string, string>> _sections = new(StringComparer.Ordinal);

    /// <summary>An absent file is an empty one. Throws <see cref="SettingsException"/> when it cannot be read.</summary>
    public static AwsProfileFile Read(string path)
    {
        try
        {
            var file = new FileInfo(path);
            if (!file.Exists)
                return new AwsProfileFile();
            if (file.Length > LargestFile)
                throw new SettingsException($"{path} is larger than {LargestFile} bytes; it does not look like an AWS configuration file.");
            return Parse(File.ReadLines(path));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new SettingsException($"{path} cannot be read: {e.Message}");
        }
    }

    public static AwsProfileFile Parse(IEnumerable<string> lines)
    {
        var file = new AwsProfileFile();
        Dictionary<string, string>? section = null;
        foreach (var raw in lines)
        {
            var line = raw.TrimEnd();
            if (line.Length == 0 || line[0] is '#' or ';' || char.IsWhiteSpace(line[0]))
                continue;
            if (line[0] == '[')
            {
                var close = line.IndexOf(']');
                section = close < 0 ? null : file.Section(line[1..close]);
                continue;
            }
            var equals = line.IndexOf('=');
            if (section is not null && equals > 0)
                section[line[..equals].Trim().ToLowerInvariant()] = Value(line[(equals + 1)..]);
        }
        return file;
    }

    /// <summary>The settings of a profile, written as [name] or [profile name]; null when there is no such section.</summary>
    public IReadOnlyDictionary<string, string>? Profile(string name) => _sections.GetValueOrDefault(name);

    private Dictionary<string, string> Section(string header)
    {
        var words = header.Split([' ', '\t'], 2, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        var name = words.Length == 2 && words[0] == "profile" ? words[1] : string.Join(' ', words);
        name = name.Trim('"', '\'');
        if (!_sections.TryGetValue(name, out var section))
            _sections[name] = section = new Dictionary<string, string>(StringComparer.Ordinal);
        return section;
    }

    /// <summary>A comment after a value needs a space before its sign: secrets may hold '#'.</summary>
    private static string Value(string text)
    {
        foreach (var sign in (ReadOnlySpan<string>)[" #", " ;"])
            if (text.IndexOf(sign, StringComparison.Ordinal) is var at and >= 0)
                text = text[..at];
        return text.Trim();
    }
}
