using Postern.Protocol.AwsJson;
using Postern.Server.Documents.Content;

namespace Postern.Server.Documents;

/// <summary>A row of document_versions with its document's.</summary>
internal sealed class DocumentRow
{
    public const string Columns = """
        d.name, d.latest_version, d.default_version, d.created_at AS document_created_at,
        v.version, v.version_name, v.display_name, v.target_type, v.content, v.format, v.created_at
        """;

    public const string Tables = "documents d JOIN document_versions v ON v.document_name = d.name";

    public string Name { get; set; } = "";
    public long LatestVersion { get; set; }
    public long DefaultVersion { get; set; }
    public long DocumentCreatedAt { get; set; }
    public long Version { get; set; }
    public string? VersionName { get; set; }
    public string? DisplayName { get; set; }
    public string? TargetType { get; set; }
    public string Content { get; set; } = "";
    public string Format { get; set; } = DocumentVersion.Json;
    public long CreatedAt { get; set; }

    /// <param name="account">Its owner.</param>
    /// <param name="known">The same content, read before; it is not read again.</param>
    public DocumentVersion ToVersion(string account, SessionDocument? known) => new()
    {
        Name = Name,
        Owner = account,
        Version = Version,
        LatestVersion = LatestVersion,
        DefaultVersion = DefaultVersion,
        Content = Content,
        Format = Format,
        CreatedAt = DateTimeOffset.FromUnixTimeMilliseconds(CreatedAt),
        DocumentCreatedAt = DateTimeOffset.FromUnixTimeMilliseconds(DocumentCreatedAt),
        VersionName = VersionName,
        DisplayName = DisplayName,
        TargetType = TargetType,
        Session = known is not null && known.Content == Content && known.Format == Format ? known : Read(),
    };

    private SessionDocument? Read()
    {
        try
        {
            return SessionDocument.Parse(Name, Content, Format);
        }
        catch (AwsErrorException)
        {
            return null; // stored by a program with other rules: said when a session asks for it
        }
    }
}
