namespace Postern.Server.Settings;

/// <summary>
/// Collects settings: command line over environment over file over default. Strict: an unknown name in argv or in the file, a missing value
/// or a bad one is a SettingsException. Unknown POSTERN_ variables are let be, other programs of the project read some.
/// </summary>
internal static class SettingsReader
{
    /// <summary>Name of the file looked for in DIR when --config is not given.</summary>
    public const string FileName = "postern.json";

    /// <param name="args">Options as --name VALUE or --name=VALUE.</param>
    /// <param name="environment">Reads an environment variable.</param>
    public static ServerOptions Read(IReadOnlyList<string> args, Func<string, string?> environment)
    {
        var argv = ReadArguments(args);
        var variables = ReadEnvironment(environment);
        var file = ReadFile(argv, variables, environment);
        var options = new ServerOptions();
        foreach (var setting in SettingTable.All)
            if ((argv.GetValueOrDefault(setting.Name) ?? variables.GetValueOrDefault(setting.Name) ?? file.GetValueOrDefault(setting.Name)) is { } given)
                options = Apply(options, setting, given);
        if (options.Certificate is null != options.Key is null)
            throw new SettingsException("--cert and --key belong together: give both or neither.");
        return options;
    }

    private static ServerOptions Apply(ServerOptions options, Setting setting, Given given)
    {
        if (given.Values.Count == 0 || given.Values.Any(string.IsNullOrWhiteSpace))
            throw new SettingsException($"{given.Source} needs a value: {setting.Value}.");
        if (given.Values.Count > 1 && !setting.Repeatable)
            throw new SettingsException($"{given.Source} is given more than once.");
        try
        {
            return setting.Apply(options, given.Values);
        }
        catch (Exception e) when (e is FormatException or ArgumentException)
        {
            throw new SettingsException($"{given.Source} has a bad value '{string.Join(", ", given.Values)}': {e.Message}.");
        }
    }

    private static Dictionary<string, Given> ReadArguments(IReadOnlyList<string> args)
    {
        var result = new Dictionary<string, Given>();
        for (var i = 0; i < args.Count; i++)
        {
            var (option, value) = args[i].Split('=', 2) is [var left, var right] ? (left, right) : (args[i], null);
            var name = option.StartsWith("--", StringComparison.Ordinal) ? option[2..] : "";
            if (name != SettingTable.Config && SettingTable.Find(name) is null)
                throw new SettingsException($"Unknown option {option}. See --help.");
            // Values do not begin with '--', so an option that lacks its value does not swallow the next one.
            value ??= i + 1 < args.Count && !args[i + 1].StartsWith("--", StringComparison.Ordinal) ? args[++i] : throw new SettingsException($"{option} needs a value.");
            if (!result.TryGetValue(name, out var given))
                result[name] = given = new Given(option, []);
            given.Values.Add(value);
        }
        return result;
    }

    private static Dictionary<string, Given> ReadEnvironment(Func<string, string?> environment)
    {
        var result = new Dictionary<string, Given>();
        foreach (var setting in SettingTable.All)
            if (environment(setting.Variable) is { Length: > 0 } value)
                result[setting.Name] = new Given(setting.Variable, setting.Repeatable ? [.. value.Split(',', StringSplitOptions.TrimEntries)] : [value]);
        return result;
    }

    private static Dictionary<string, Given> ReadFile(Dictionary<string, Given> argv, Dictionary<string, Given> variables, Func<string, string?> environment)
    {
        var given = argv.GetValueOrDefault(SettingTable.Config);
        if (given?.Values.Count > 1)
            throw new SettingsException("--config is given more than once.");
        var named = given?.Values[0] ?? environment("POSTERN_CONFIG");
        if (!string.IsNullOrEmpty(named))
            return SettingsFile.Read(named, mustExist: true);
        var data = (argv.GetValueOrDefault(SettingTable.Data) ?? variables.GetValueOrDefault(SettingTable.Data))?.Values[0] ?? new ServerOptions().Data;
        var path = Path.Combine(data, FileName);
        var file = SettingsFile.Read(path, mustExist: false);
        return file.ContainsKey(SettingTable.Data)
            ? throw new SettingsException($"{path}: \"data\" cannot be set by a file that was found through it.")
            : file;
    }
}

/// <summary>Values of a setting and where they stand, in the operator's words.</summary>
internal sealed record Given(string Source, List<string> Values);
