using System.Text;
using Microsoft.AspNetCore.Http;
using Postern.Protocol.AwsJson;
using Postern.Server.Iam;

namespace Postern.Server.Api;

/// <summary>The older of AWS's two protocols, which IAM and STS speak: a form (or a presigned URL) in, XML out.</summary>
internal static class QueryProtocol
{
    private const string Form = "application/x-www-form-urlencoded";

    /// <summary>Whether the request is in this protocol: a form, or a URL with an action. A header that names an operation is the other one.</summary>
    public static bool Speaks(HttpRequest request)
    {
        if (request.Headers.ContainsKey("X-Amz-Target"))
            return false;
        return HttpMethods.IsGet(request.Method) ? request.Query.ContainsKey("Action")
            : request.ContentType?.StartsWith(Form, StringComparison.OrdinalIgnoreCase) == true;
    }

    /// <param name="request">The request.</param>
    /// <param name="body">Its body; of a presigned URL the parameters stand in the URL.</param>
    public static QueryForm Read(HttpRequest request, byte[] body)
        => QueryForm.Parse(HttpMethods.IsGet(request.Method) ? Encoding.UTF8.GetBytes(request.QueryString.Value?.TrimStart('?') ?? "") : body);

    /// <exception cref="AwsErrorException">There is no such action.</exception>
    public static QueryOperation Find(OperationRegistry operations, QueryForm form)
    {
        var action = form["Action"];
        if (string.IsNullOrEmpty(action))
            throw new AwsErrorException("MissingAction", "The request names no operation: neither the header X-Amz-Target nor the parameter Action.");
        var version = form["Version"] ?? "";
        return operations.FindQuery(action, version) ?? throw new AwsErrorException(
            "UnknownOperationException", $"Could not find operation {ForeignText.Show(action)} for version {ForeignText.Show(version)}. This gateway does not serve it.");
    }

    /// <summary>The same refusals have other names in this protocol; SDKs match on them.</summary>
    public static string CodeOf(string code) => code switch
    {
        "InvalidSignatureException" => "SignatureDoesNotMatch",
        "IncompleteSignatureException" => "IncompleteSignature",
        "MissingAuthenticationTokenException" => "MissingAuthenticationToken",
        "UnrecognizedClientException" => "InvalidClientTokenId",
        "ExpiredTokenException" => "ExpiredToken",
        "AccessDeniedException" => "AccessDenied",
        "ThrottlingException" => "Throttling",
        "UnknownOperationException" => "InvalidAction",
        "ValidationException" => "ValidationError",
        "RequestEntityTooLargeException" => "RequestEntityTooLarge",
        "InternalServerError" => "InternalFailure",
        _ => code,
    };
}
