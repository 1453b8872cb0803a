using Postern.Server.Nodes;

namespace Postern.Server.Documents;

/// <summary>Documents of the account have tags; the tag operations find them by this.</summary>
internal static class DocumentTags
{
    public const string ResourceType = "Document";

    public static readonly TaggedKind Kind = new(ResourceType, "SELECT name FROM documents WHERE name = @id", "UPDATE documents SET name = name WHERE name = @id",
        name => AwsOwnedDocuments.ByName.ContainsKey(name)
            ? $"The document {name} is owned by Amazon and has no tags."
            : $"Document with name {name} does not exist. ListDocuments tells which there are.");
}
