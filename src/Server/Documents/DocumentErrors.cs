using Postern.Protocol.AwsJson;

namespace Postern.Server.Documents;

/// <summary>Errors that several operations share.</summary>
internal static class DocumentErrors
{
    public static AwsErrorException Unknown(string name)
        => new("InvalidDocument", $"There is no document {(name.Length > 128 ? name[..128] : name)}. ListDocuments tells which there are.");
}
