using Postern.Protocol.AwsJson;

namespace Postern.Server.Documents;

/// <summary>Errors that several operations share.</summary>
internal static class DocumentErrors
{
    private const int Shown = 128;

    // "does not exist" is what Terraform looks for, to know that a document is gone.
    public static AwsErrorException Unknown(string name)
        => new("InvalidDocument", $"Document with name {Short(name)} does not exist. ListDocuments tells which there are.");

    public static AwsErrorException UnknownVersion(string name, string version)
        => new("InvalidDocumentVersion", $"Document {name} has no version {Short(version)}. ListDocumentVersions tells which there are.");

    /// <summary>Amazon's documents are part of the program.</summary>
    public static AwsErrorException ReadOnly(string name)
        => new("InvalidDocument", $"Document {name} is owned by Amazon and cannot be changed. Create one of your own with CreateDocument, under another name.");

    /// <param name="fault">Begins with the member that is wrong.</param>
    public static AwsErrorException Content(string fault) => new("InvalidDocumentContent", $"The content of the document is not valid: {fault}");

    public static AwsErrorException Invalid(string message) => new("ValidationException", message);

    private static string Short(string text) => text.Length > Shown ? text[..Shown] + "…" : text;
}
