using Postern.Protocol.AwsJson;
using Postern.Server.Documents;
using Postern.Server.Documents.Content;
using Postern.Server.Iam;

namespace Postern.Server.Sessions;

/// <summary>Which user of the node a session runs as, where its preferences ask for one.</summary>
internal static class RunAs
{
    /// <summary>The tag of users and roles that names theirs.</summary>
    public const string Tag = "SSMSessionRunAs";

    private const int MaxUser = 256;

    /// <summary>The caller's own user; null when the document's default user is theirs, or none is asked for.</summary>
    /// <exception cref="AwsErrorException">InvalidDocument: a user is asked for and there is none. InvalidParameters: what the tag has cannot be one.</exception>
    public static string? UserFor(Caller caller, ResolvedSession resolved) => UserFor(caller.Arn, caller.Tags.GetValueOrDefault(Tag), resolved);

    /// <inheritdoc cref="UserFor(Caller, ResolvedSession)"/>
    internal static string? UserFor(string arn, string? tag, ResolvedSession resolved)
    {
        if (resolved.Inputs.RunAsEnabled != true || resolved.SessionType == SessionDocument.Port)
            return null;
        if (!string.IsNullOrWhiteSpace(tag))
            return tag.Length <= MaxUser && !tag.Any(char.IsControl) && !tag.Contains("{{", StringComparison.Ordinal)
                ? tag
                : throw new AwsErrorException("InvalidParameters", $"The tag {Tag} of {arn} is no name of a user.");
        return !string.IsNullOrWhiteSpace(resolved.Inputs.RunAsDefaultUser)
            ? null
            : throw new AwsErrorException("InvalidDocument",
                $"Sessions with document {resolved.Document.Name} run as a user of the node (inputs.runAsEnabled of it, or of {SessionDocuments.Default}), and there is none for you: {arn} has no tag {Tag}, and inputs.runAsDefaultUser is empty.");
    }
}
