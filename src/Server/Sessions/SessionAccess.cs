using Postern.Protocol.AwsJson;

namespace Postern.Server.Sessions;

/// <summary>Which session a call is about.</summary>
internal static class SessionAccess
{
    /// <exception cref="AwsErrorException">ValidationException.</exception>
    public static string RequireId(string? id) => SessionId.IsValid(id)
        ? id!
        : throw new AwsErrorException("ValidationException", $"SessionId is required: the id that StartSession gave, 1 to {SessionId.MaxLength} characters.");

    public static AwsErrorException Unknown(string id) => new("DoesNotExistException", $"There is no session {id}. It was never started here, or its history was removed.");
}
