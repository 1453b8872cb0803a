using System.Collections.Frozen;
using System.Reflection;
using System.Text;
using Postern.Server.Documents.Content;

namespace Postern.Server.Documents;

/// <summary>The session documents owned by Amazon, in words of our own, inside the program. Each has one version.</summary>
internal static class AwsOwnedDocuments
{
    private const string ResourcePrefix = "documents/", Extension = ".json";

    /// <summary>When the documents were first written; they have had one version since.</summary>
    private static readonly DateTimeOffset Created = new(2025, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public static FrozenDictionary<string, DocumentVersion> ByName { get; } = Load().ToFrozenDictionary(document => document.Name, StringComparer.Ordinal);

    private static IEnumerable<DocumentVersion> Load()
    {
        var assembly = typeof(AwsOwnedDocuments).Assembly;
        foreach (var resource in assembly.GetManifestResourceNames().Where(name => name.StartsWith(ResourcePrefix, StringComparison.Ordinal)))
        {
            var name = resource[ResourcePrefix.Length..^Extension.Length];
            var content = Read(assembly, resource);
            yield return new DocumentVersion
            {
                Name = name,
                Owner = DocumentVersion.OwnerAmazon,
                Version = 1,
                LatestVersion = 1,
                DefaultVersion = 1,
                Content = content,
                CreatedAt = Created,
                DocumentCreatedAt = Created,
                Session = SessionDocument.Parse(name, content),
            };
        }
    }

    private static string Read(Assembly assembly, string resource)
    {
        using var reader = new StreamReader(assembly.GetManifestResourceStream(resource)!, Encoding.UTF8);
        return reader.ReadToEnd().TrimEnd();
    }
}
