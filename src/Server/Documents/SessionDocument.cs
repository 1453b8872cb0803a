using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Postern.Server.Documents;

/// <summary>A document of type Session: what a session does, which parameters it takes, and under which limits.</summary>
internal sealed class SessionDocument
{
    public const string SupportedSchemaVersion = "1.0";
    public const string OwnerAmazon = "Amazon";
    public const string DocumentType = "Session";

    /// <summary>Reads a document; one that agents would drop without a word is refused here.</summary>
    /// <exception cref="FormatException">It is not a session document; the message says what is wrong.</exception>
    public SessionDocument(string name, string content, DateTimeOffset created)
    {
        Name = name;
        Content = content;
        CreatedDate = created;
        Hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(content)));
        try
        {
            using var document = JsonDocument.Parse(content);
            Body = document.RootElement.Clone();
        }
        catch (JsonException e)
        {
            throw new FormatException($"Document {name} is not valid JSON: {e.Message}", e);
        }
        if (Text("schemaVersion") != SupportedSchemaVersion) throw new FormatException($"Document {name}: schemaVersion must be \"{SupportedSchemaVersion}\".");
        Description = Text("description") ?? "";
        SessionType = Text("sessionType") ?? throw new FormatException($"Document {name} has no sessionType.");
        if (!SessionTypes.Contains(SessionType)) throw new FormatException($"Document {name}: sessionType must be one of {string.Join(", ", SessionTypes)}.");
        Parameters = Body.TryGetProperty("parameters", out var parameters)
            ? [.. parameters.EnumerateObject().Select(member => DocumentParameterRule.Parse(name, member))]
            : [];
    }

    public static IReadOnlyList<string> SessionTypes { get; } = ["Standard_Stream", "InteractiveCommands", "NonInteractiveCommands", "Port"];

    public static IReadOnlyList<string> PlatformTypes { get; } = ["Windows", "Linux", "MacOS"];

    public string Name { get; }
    /// <summary>The text as it was written.</summary>
    public string Content { get; }
    /// <summary>The content as it is sent to agents.</summary>
    public JsonElement Body { get; }
    public string Description { get; }
    public string SessionType { get; }
    public IReadOnlyList<DocumentParameterRule> Parameters { get; }
    public DateTimeOffset CreatedDate { get; }
    /// <summary>SHA-256 of <see cref="Content"/>, lower-case hexadecimal digits.</summary>
    public string Hash { get; }

    /// <summary>A number of minutes in inputs, written as text; null when it is absent or empty.</summary>
    public TimeSpan? Minutes(string input)
        => Body.TryGetProperty("inputs", out var inputs) && inputs.TryGetProperty(input, out var value) && value.ValueKind == JsonValueKind.String
            && int.TryParse(value.GetString(), NumberStyles.None, CultureInfo.InvariantCulture, out var minutes) && minutes > 0
            ? TimeSpan.FromMinutes(minutes)
            : null;

    private string? Text(string member)
        => Body.ValueKind == JsonValueKind.Object && Body.TryGetProperty(member, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
