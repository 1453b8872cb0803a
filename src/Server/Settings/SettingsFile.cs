using System.Text.Json;

namespace Postern.Server.Settings;

/// <summary>The settings file: a JSON object of option names; values are strings or numbers, or an array of them when repeatable. Comments are allowed.</summary>
internal static class SettingsFile
{
    private const int MaxSize = 64 * 1024;
    private static readonly JsonDocumentOptions Relaxed = new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };

    public static Dictionary<string, Given> Read(string path, bool mustExist)
    {
        if (!mustExist && !File.Exists(path))
            return [];
        try
        {
            if (new FileInfo(path).Length > MaxSize)
                throw new SettingsException($"{path} is larger than {MaxSize} bytes.");
            using var document = JsonDocument.Parse(File.ReadAllBytes(path), Relaxed);
            return Read(path, document.RootElement);
        }
        catch (JsonException e)
        {
            throw new SettingsException($"{path} is not valid JSON (line {e.LineNumber + 1}).");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new SettingsException($"{path} cannot be read: {e.Message}");
        }
    }

    private static Dictionary<string, Given> Read(string path, JsonElement root)
    {
        if (root.ValueKind != JsonValueKind.Object)
            throw new SettingsException($"{path} must hold one JSON object.");
        var result = new Dictionary<string, Given>();
        foreach (var member in root.EnumerateObject())
        {
            var source = $"{path}: \"{member.Name}\"";
            if (SettingTable.Find(member.Name) is null)
                throw new SettingsException($"{source} is not a setting. See --help.");
            var values = member.Value.ValueKind == JsonValueKind.Array ? member.Value.EnumerateArray().Select(item => Text(source, item)) : [Text(source, member.Value)];
            if (!result.TryAdd(member.Name, new Given(source, [.. values])))
                throw new SettingsException($"{source} is given more than once.");
        }
        return result;
    }

    private static string Text(string source, JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString()!,
        JsonValueKind.Number => value.GetRawText(),
        _ => throw new SettingsException($"{source} must be a string, a number or an array of them."),
    };
}
