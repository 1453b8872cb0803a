using System.Globalization;
using Postern.Protocol.AwsJson;
using Postern.Server.Documents.Content;

namespace Postern.Server.Documents;

/// <summary>One version of a document.</summary>
internal sealed record DocumentVersion
{
    public const string OwnerAmazon = "Amazon", Active = "Active", Json = "JSON", Yaml = "YAML";

    public required string Name { get; init; }
    /// <summary>Amazon, or an account.</summary>
    public required string Owner { get; init; }
    public required long Version { get; init; }
    public required long LatestVersion { get; init; }
    public required long DefaultVersion { get; init; }
    public required string Content { get; init; }
    /// <summary>How <see cref="Content"/> is written: JSON or YAML.</summary>
    public string Format { get; init; } = Json;
    public required DateTimeOffset CreatedAt { get; init; }
    public required DateTimeOffset DocumentCreatedAt { get; init; }
    public string? VersionName { get; init; }
    public string? DisplayName { get; init; }
    public string? TargetType { get; init; }
    /// <summary>Null when this program cannot read what an earlier or later one has stored.</summary>
    public SessionDocument? Session { get; init; }

    public string Number => Text(Version);
    public bool IsAmazons => Owner == OwnerAmazon;

    /// <summary>As SHA-256 in hexadecimal digits.</summary>
    public string Hash => SessionDocument.HashOf(Content);

    public IReadOnlyList<string> PlatformTypes => Session?.Properties.PlatformTypes ?? SessionDocument.AllPlatforms;

    /// <exception cref="AwsErrorException">InvalidDocument.</exception>
    public SessionDocument RequireSession()
        => Session ?? throw new AwsErrorException("InvalidDocument", $"Version {Number} of document {Name} cannot be read by this gateway. Store its content again with UpdateDocument; the answer says what is wrong with it.");

    /// <summary>The content in the format asked for: as it was written, or the same in the other one.</summary>
    /// <exception cref="AwsErrorException">InvalidDocument: it cannot be read, and so not be written in another way.</exception>
    public string ContentAs(string format)
    {
        if (format == Format)
            return Content;
        RequireSession();
        return format == Yaml ? YamlText.Of(Content) : YamlContent.ToJson(Content);
    }

    public static string Text(long version) => version.ToString(CultureInfo.InvariantCulture);

    public DocumentDescription Describe(IReadOnlyList<Tag> tags) => new()
    {
        Hash = Hash,
        HashType = "Sha256",
        Name = Name,
        DisplayName = DisplayName,
        VersionName = VersionName,
        Owner = Owner,
        CreatedDate = CreatedAt,
        Status = Active,
        DocumentVersion = Number,
        Description = Session?.Description ?? "",
        Parameters = [.. (Session?.Parameters ?? []).Select(Describe)],
        PlatformTypes = PlatformTypes,
        DocumentType = SessionDocument.DocumentType,
        SchemaVersion = SessionDocument.SupportedSchemaVersion,
        LatestVersion = Text(LatestVersion),
        DefaultVersion = Text(DefaultVersion),
        DocumentFormat = Format,
        TargetType = TargetType,
        Tags = tags,
    };

    private static DocumentParameter Describe(DocumentParameterRule rule) => new()
    {
        Name = rule.Name,
        Type = rule.Type,
        Description = rule.Description,
        DefaultValue = rule.Default is not { } value ? null : value.ValueKind == System.Text.Json.JsonValueKind.String ? value.GetString() : value.GetRawText(),
    };
}
