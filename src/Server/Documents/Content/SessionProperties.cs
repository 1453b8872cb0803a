using System.Text.Json;
using System.Text.RegularExpressions;

namespace Postern.Server.Documents.Content;

/// <summary>What a session does: commands by platform, or where a port leads. Written for agents with the types they insist on.</summary>
internal sealed partial class SessionProperties
{
    private const string LocalPortForwarding = "LocalPortForwarding";

    private static readonly string[] PortMembers = ["portNumber", "localPortNumber", "type", "host", "localUnixSocket", "localConnectionType"];
    private static readonly string[] CommandMembers = ["commands", "runAsElevated", "separateOutputStream", "stdOutSeparatorPrefix", "stdErrSeparatorPrefix"];
    private static readonly Dictionary<string, string> PlatformNames = new(StringComparer.Ordinal) { ["windows"] = "Windows", ["linux"] = "Linux", ["macos"] = "MacOS" };

    private readonly List<(string Name, Commands Commands)> _platforms = [];
    private readonly List<(string Name, string Value)> _port = [];

    private sealed record Commands(string? Lines, bool? Elevated, bool? Separate, string? OutputPrefix, string? ErrorPrefix);

    /// <exception cref="Protocol.AwsJson.AwsErrorException">InvalidDocumentContent.</exception>
    public SessionProperties(JsonElement properties, string sessionType)
    {
        if (sessionType == SessionDocument.Port)
            ReadPort(properties);
        else
            ReadCommands(properties, required: sessionType != SessionDocument.StandardStream);
    }

    /// <summary>Those that have commands; all for a shell or a port.</summary>
    public IReadOnlyList<string> PlatformTypes => _platforms.Count == 0 ? SessionDocument.AllPlatforms : [.. _platforms.Select(platform => PlatformNames[platform.Name])];

    /// <summary>properties.type of a port: LocalPortForwarding, or empty for a single connection.</summary>
    public string PortType => Port("type") ?? "";

    /// <summary>A text of a port, its parameters not filled in.</summary>
    public string? Port(string name) => _port.FirstOrDefault(member => member.Name == name).Value;

    public void WriteTo(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        foreach (var (name, value) in _port)
            json.WriteString(name, value);
        foreach (var (name, commands) in _platforms)
        {
            json.WriteStartObject(name);
            if (commands.Lines is not null) json.WriteString("commands", commands.Lines);
            json.WriteBoolean("runAsElevated", commands.Elevated ?? false);
            if (commands.Separate is { } separate) json.WriteBoolean("separateOutputStream", separate);
            if (commands.OutputPrefix is not null) json.WriteString("stdOutSeparatorPrefix", commands.OutputPrefix);
            if (commands.ErrorPrefix is not null) json.WriteString("stdErrSeparatorPrefix", commands.ErrorPrefix);
            json.WriteEndObject();
        }
        json.WriteEndObject();
    }

    private void ReadPort(JsonElement properties)
    {
        var members = new ContentMembers(properties, "properties", PortMembers);
        foreach (var name in PortMembers)
            if ((name == "type" ? members.FixedText(name) : members.Text(name)) is { } value)
                _port.Add((name, value));
        if (PortType is not ("" or LocalPortForwarding))
            throw members.Wrong("type", $"must be {LocalPortForwarding}, or absent for a single connection such as SSH's");
        if (string.IsNullOrEmpty(Port("portNumber")))
            throw members.Wrong("portNumber", "is required: the port of the node, or of host, that the session leads to");
    }

    private void ReadCommands(JsonElement properties, bool required)
    {
        var members = new ContentMembers(properties, "properties", [.. PlatformNames.Keys]);
        foreach (var platform in PlatformNames.Keys.Where(name => members.Has(name)))
        {
            var fields = new ContentMembers(members.Find(platform), $"properties.{platform}", CommandMembers);
            var lines = fields.Text("commands");
            if (required && string.IsNullOrWhiteSpace(lines))
                throw fields.Wrong("commands", "is required and must not be empty");
            _platforms.Add((platform, new Commands(lines, fields.Flag("runAsElevated"), fields.Flag("separateOutputStream"), Prefix(fields, "stdOutSeparatorPrefix"), Prefix(fields, "stdErrSeparatorPrefix"))));
        }
        if (required && _platforms.Count == 0)
            throw DocumentErrors.Content($"properties must have at least one of {string.Join(", ", PlatformNames.Keys)}, each with commands.");
    }

    private static string? Prefix(ContentMembers fields, string name)
        => fields.Text(name) is { } prefix && !PrefixPattern.IsMatch(prefix) && !prefix.Contains("{{", StringComparison.Ordinal)
            ? throw fields.Wrong(name, "may have up to 30 letters, digits, line ends, _, : and -")
            : fields.Text(name);

    [GeneratedRegex(@"\A[0-9a-zA-Z\r\n_:-]{0,30}\z")]
    private static partial Regex PrefixPattern { get; }
}
