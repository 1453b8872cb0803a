using Microsoft.AspNetCore.Http;
using Postern.Protocol.AwsJson;
using Postern.Protocol.SigV4;

namespace Postern.Server.Iam;

/// <summary>Refusals of identity, in the codes and words AWS's JSON services use. None says which half of a wrong pair was wrong.</summary>
internal static class AuthErrors
{
    private const int Refused = StatusCodes.Status403Forbidden;

    public static AwsErrorException UnknownKey() => new("UnrecognizedClientException", "The security token included in the request is invalid.", Refused);

    /// <summary>Too many wrong signatures; SDKs wait and try again.</summary>
    public static AwsErrorException TooManyWrong() => new("ThrottlingException",
        "Rate exceeded: too many requests with a wrong key or signature came from your address. Check your credentials and wait a minute.", StatusCodes.Status400BadRequest);

    public static AwsErrorException Replayed() => new("InvalidSignatureException", "Signature already used: this request was received before. Sign it again.", Refused);

    public static AwsErrorException ExpiredToken() => new("ExpiredTokenException", "The security token included in the request is expired", Refused);

    public static AwsErrorException From(SignatureError error) => new(error.Code, error.Message, Refused);

    /// <summary>A node that signs with its own key and is not, or no longer, registered. Its agent then waits half an hour before it asks again.</summary>
    public static AwsErrorException UnknownNode(string nodeId)
        => new("AccessDeniedException", $"The managed node {nodeId} is not registered here. Register it again with a new activation.", StatusCodes.Status400BadRequest);

    public static AwsErrorException NotAuthorized(Caller caller, string action)
        => new("AccessDeniedException", $"User: {caller.Arn} is not authorized to perform: {action}", StatusCodes.Status400BadRequest);
}
