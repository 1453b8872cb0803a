using Microsoft.AspNetCore.Http;

namespace Postern.Server.Iam;

/// <summary>
/// Which attempt of which call a request says it is, for telling honest repeats from copies. SDKs number calls and attempts in headers that boto3 and the AWS CLI do not
/// sign: they are no proof, but a copy that goes on the wire as it was recorded has the same ones, and one that was changed still comes from somewhere.
/// </summary>
/// <param name="Id">Null: the client does not number its calls, as AWS CLI 2.9 and the SDK that amazon-ssm-agent is built with.</param>
/// <param name="Source">The network it came from.</param>
internal readonly record struct RequestAttempt(string? Id, string Source)
{
    /// <summary>Of a call's id and an attempt's number, as they stand in the headers; what is longer is none.</summary>
    public const int MaxLength = 128;

    public static RequestAttempt Of(HttpContext http)
    {
        var headers = http.Request.Headers;
        var (call, number) = (headers["amz-sdk-invocation-id"].ToString(), headers["amz-sdk-request"].ToString());
        if (call.Length == 0)
            (call, number) = (headers["aws-sdk-invocation-id"].ToString(), headers["aws-sdk-retry"].ToString()); // the SDK for PHP
        return new(call.Length is 0 or > MaxLength || number.Length > MaxLength ? null : $"{call} {number}", WrongSignatures.NetworkOf(http.Connection.RemoteIpAddress));
    }
}
