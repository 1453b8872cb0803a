using System.Security;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using Postern.Protocol.AwsJson;
using Postern.Server.Iam;

namespace Postern.Server.Api;

/// <summary>
/// STS, which speaks the older query protocol: a form (or a presigned URL) in, XML out. One action: GetCallerIdentity, which every
/// authenticated caller may call.
/// </summary>
internal static class QueryProtocol
{
    public const string Service = "sts", Namespace = "https://sts.amazonaws.com/doc/2011-06-15/";
    private const string Form = "application/x-www-form-urlencoded", GetCallerIdentity = "GetCallerIdentity";

    /// <summary>Whether the request is in this protocol: a form, or a URL with an action. A header that names an operation is the other one.</summary>
    public static bool Speaks(HttpRequest request)
    {
        if (request.Headers.ContainsKey("X-Amz-Target"))
            return false;
        return HttpMethods.IsGet(request.Method) ? request.Query.ContainsKey("Action")
            : request.ContentType?.StartsWith(Form, StringComparison.OrdinalIgnoreCase) == true;
    }

    /// <exception cref="AwsErrorException">There is no such action.</exception>
    public static void CheckAction(HttpRequest request, byte[] body)
    {
        var parameters = HttpMethods.IsGet(request.Method) ? QueryHelpers.ParseQuery(request.QueryString.Value) : QueryHelpers.ParseQuery(Encoding.UTF8.GetString(body));
        var action = parameters.TryGetValue("Action", out var values) ? values.ToString() : "";
        if (action != GetCallerIdentity)
            throw new AwsErrorException("UnknownOperationException", action.Length == 0
                ? "The request names no operation: neither the header X-Amz-Target nor the parameter Action."
                : $"Could not find operation {ForeignText.Show(action)}. Of STS this gateway serves {GetCallerIdentity}.");
    }

    public static string Describe(Caller caller, string requestId) =>
        $"""
        <GetCallerIdentityResponse xmlns="{Namespace}"><GetCallerIdentityResult><Arn>{SecurityElement.Escape(caller.Arn)}</Arn><UserId>{SecurityElement.Escape(caller.UserId)}</UserId><Account>{caller.AccountId}</Account></GetCallerIdentityResult><ResponseMetadata><RequestId>{requestId}</RequestId></ResponseMetadata></GetCallerIdentityResponse>
        """;

    /// <summary>The same refusals have other names in this protocol; SDKs match on them.</summary>
    public static string CodeOf(string code) => code switch
    {
        "InvalidSignatureException" => "SignatureDoesNotMatch",
        "IncompleteSignatureException" => "IncompleteSignature",
        "MissingAuthenticationTokenException" => "MissingAuthenticationToken",
        "UnrecognizedClientException" => "InvalidClientTokenId",
        "ExpiredTokenException" => "ExpiredToken",
        "AccessDeniedException" => "AccessDenied",
        "UnknownOperationException" => "InvalidAction",
        "InternalServerError" => "InternalFailure",
        _ => code,
    };
}
