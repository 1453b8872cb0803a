using Postern.Protocol.AwsJson;
using Postern.Server.Iam;

namespace Postern.Server.Sessions;

/// <summary>Whose sessions a caller may resume or end.</summary>
internal static class SessionAccess
{
    /// <exception cref="AwsErrorException">AccessDeniedException.</exception>
    public static void Check(SessionRow session, Caller caller, string action)
    {
        // Every user is an administrator today; nodes speak through their channels and never here.
        if (caller.Kind != Access.User && caller.Arn != session.OwnerArn)
            throw new AwsErrorException("AccessDeniedException", $"{caller.Arn} may not call {action} on {session.Id}: only its owner or an administrator may.");
    }

    /// <exception cref="AwsErrorException">ValidationException.</exception>
    public static string RequireId(string? id) => SessionId.IsValid(id)
        ? id!
        : throw new AwsErrorException("ValidationException", $"SessionId is required: the id that StartSession gave, 1 to {SessionId.MaxLength} characters.");

    public static AwsErrorException Unknown(string id) => new("DoesNotExistException", $"There is no session {id}. It was never started here, or its history was removed.");
}
