using Postern.Protocol.AwsJson;
using Postern.Server.Api;
using Postern.Server.Iam;

namespace Postern.Server.Identity.Sts;

/// <summary>GetSessionToken: temporary keys of the user who asks. Every user may; they can do what the user can, but no IAM.</summary>
internal sealed class SessionToken(TemporaryCredentials credentials, TimeProvider time)
{
    public const int DefaultSeconds = 43_200, MaxSeconds = 129_600;

    public void AddTo(OperationRegistry operations) => operations.Add(QueryService.Sts, "GetSessionToken", Access.User, Touched.Nothing, HandleAsync);

    private Task HandleAsync(QueryRequest request, CallContext context, QueryAnswer answer, CancellationToken cancellationToken)
    {
        var seconds = request.Number("DurationSeconds", StsRules.MinSeconds, MaxSeconds) ?? DefaultSeconds;
        RefuseMfa(request);
        request.Check();
        if (context.Caller.Session is not null || context.Caller.Principal is not UserPrincipal user)
            throw new AwsErrorException("AccessDenied", "Cannot call GetSessionToken with session credentials");
        var now = time.GetUtcNow().ToUnixTimeSeconds();
        Write(answer, credentials.Issue(new TemporaryClaims { PrincipalId = user.Id, KeyId = context.Caller.RootKeyId, Issued = now, Expires = now + seconds }));
        return Task.CompletedTask;
    }

    internal static void Write(QueryAnswer answer, TemporaryKeys keys) => answer.Structure("Credentials", () => answer
        .Text("AccessKeyId", keys.AccessKeyId).Text("SecretAccessKey", keys.SecretAccessKey).Text("SessionToken", keys.SessionToken)
        .Time("Expiration", keys.Expires.ToUnixTimeMilliseconds()));

    /// <summary>A code that nobody can check must not pass for one that was checked.</summary>
    internal static void RefuseMfa(QueryRequest request)
    {
        if (request.Optional("SerialNumber", StsRules.MfaSerial) is not null || request.Optional("TokenCode", StsRules.MfaCode) is not null)
            throw new AwsErrorException("AccessDenied", "MultiFactorAuthentication failed: there are no MFA devices here. Call without SerialNumber and TokenCode.");
    }
}
