using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Postern.Protocol.AwsJson;

namespace Postern.Server.Documents.Content;

/// <summary>The content of a document of type Session: what a session does, which parameters it takes, and under which limits.</summary>
internal sealed class SessionDocument
{
    public const string SupportedSchemaVersion = "1.0", DocumentType = "Session";
    public const string StandardStream = "Standard_Stream", InteractiveCommands = "InteractiveCommands", NonInteractiveCommands = "NonInteractiveCommands", Port = "Port";

    /// <summary>UTF-8 bytes of a document as it is written.</summary>
    public const int MaxBytes = 64 * 1024;

    private const int MaxParameters = 200, MaxDepth = 16;

    private static readonly string[] Members = ["schemaVersion", "description", "sessionType", "inputs", "parameters", "properties"];
    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = MaxDepth, AllowDuplicateProperties = false };

    private SessionDocument(string name, string content, string format, JsonElement body)
    {
        Name = name;
        Content = content;
        Format = format;
        var members = new ContentMembers(body, "", Members);
        if (members.Text("schemaVersion") is var version and not SupportedSchemaVersion)
            throw new AwsErrorException("InvalidDocumentSchemaVersion", $"schemaVersion must be \"{SupportedSchemaVersion}\", the only one of Session documents{(version is null ? "." : $", not \"{(version.Length > 20 ? version[..20] : version)}\".")}");
        Description = members.Text("description") ?? "";
        SessionType = members.Text("sessionType") ?? throw members.Wrong("sessionType", $"is required: {string.Join(", ", SessionTypes)}");
        if (!SessionTypes.Contains(SessionType)) throw members.Wrong("sessionType", $"must be one of {string.Join(", ", SessionTypes)}");
        Parameters = ReadParameters(members.Find("parameters"));
        Inputs = SessionInputs.Parse(members.Find("inputs"));
        Properties = new SessionProperties(members.Find("properties"), SessionType);
        Placeholders.Check(members.Find("inputs"), "inputs", Parameters);
        Placeholders.Check(members.Find("properties"), "properties", Parameters);
    }

    public static IReadOnlyList<string> SessionTypes { get; } = [StandardStream, InteractiveCommands, NonInteractiveCommands, Port];

    public static IReadOnlyList<string> AllPlatforms { get; } = ["Windows", "Linux", "MacOS"];

    public string Name { get; }
    /// <summary>The text as it was written.</summary>
    public string Content { get; }
    /// <summary>JSON or YAML.</summary>
    public string Format { get; }
    public string Description { get; }
    public string SessionType { get; }
    public IReadOnlyList<DocumentParameterRule> Parameters { get; }
    public SessionInputs Inputs { get; }
    public SessionProperties Properties { get; }

    /// <summary>
    /// Reads a document. Whatever agents would drop without a word, or might read in another way than the gateway does, is refused here.
    /// </summary>
    /// <exception cref="AwsErrorException">InvalidDocumentContent, InvalidDocumentSchemaVersion or MaxDocumentSizeExceeded; the message names the member.</exception>
    public static SessionDocument Parse(string name, string content, string format = DocumentVersion.Json)
    {
        var size = Encoding.UTF8.GetByteCount(content);
        if (size > MaxBytes)
            throw new AwsErrorException("MaxDocumentSizeExceeded", $"The content has {size} bytes; a document may have at most {MaxBytes}.");
        try
        {
            using var document = JsonDocument.Parse(format == DocumentVersion.Yaml ? YamlContent.ToJson(content) : content, Strict);
            return new SessionDocument(name, content, format, document.RootElement.Clone());
        }
        catch (JsonException e)
        {
            throw DocumentErrors.Content($"it is not {format} of a single object with each name once ({e.Message.Split(" Path:")[0]})");
        }
        catch (InvalidOperationException)
        {
            throw DocumentErrors.Content("a text or a name in it has half of a surrogate pair."); // found by the reader only when it is read
        }
    }

    /// <summary>SHA-256 of <see cref="Content"/>, lower-case hexadecimal digits.</summary>
    public static string HashOf(string content) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(content)));

    /// <summary>What agents are sent as DocumentContent, under the preferences given.</summary>
    public void WriteTo(Utf8JsonWriter json, SessionInputs inputs)
    {
        json.WriteStartObject();
        json.WriteString("schemaVersion", SupportedSchemaVersion);
        json.WriteString("description", Description);
        json.WriteString("sessionType", SessionType);
        if (SessionType != Port)
        {
            json.WritePropertyName("inputs");
            inputs.WriteTo(json);
        }
        json.WriteStartObject("parameters");
        foreach (var rule in Parameters)
            rule.WriteTo(json);
        json.WriteEndObject();
        json.WritePropertyName("properties");
        Properties.WriteTo(json);
        json.WriteEndObject();
    }

    private static DocumentParameterRule[] ReadParameters(JsonElement parameters)
    {
        if (parameters.ValueKind == JsonValueKind.Undefined)
            return [];
        if (parameters.ValueKind != JsonValueKind.Object)
            throw DocumentErrors.Content("parameters must be an object.");
        if (parameters.GetPropertyCount() is var count and > MaxParameters)
            throw DocumentErrors.Content($"parameters has {count} members; at most {MaxParameters} are allowed.");
        return [.. parameters.EnumerateObject().Select(DocumentParameterRule.Parse)];
    }
}
