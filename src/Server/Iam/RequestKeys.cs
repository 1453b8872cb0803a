using System.Globalization;
using Microsoft.AspNetCore.Http;
using Postern.Server.Iam.Policies;

namespace Postern.Server.Iam;

/// <summary>Where a request came from, besides who sent it.</summary>
/// <param name="Address">The other end of the connection.</param>
/// <param name="Secure">It came over TLS.</param>
internal sealed record RequestSource(string Address, string UserAgent, bool Secure)
{
    private const int MaxUserAgent = 512;
    private const string Credential = "Credential=";

    public static RequestSource Of(HttpContext http) => new(
        http.Connection.RemoteIpAddress is { } address ? (address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address).ToString() : "unknown",
        ForeignText.Show(http.Request.Headers.UserAgent.ToString(), MaxUserAgent), http.Request.IsHttps);

    /// <summary>The key that a request says it was signed with, whether it was or not; null when it says nothing.</summary>
    public static string? ClaimedKeyId(HttpContext http)
    {
        var header = http.Request.Headers.Authorization.ToString();
        var start = header.IndexOf(Credential, StringComparison.Ordinal);
        var claimed = start < 0 ? http.Request.Query["X-Amz-Credential"].ToString() : header[(start + Credential.Length)..];
        var end = claimed.IndexOf('/');
        return end > 0 ? ForeignText.Show(claimed[..end]) : null;
    }
}

/// <summary>The condition keys that every request has, whatever it touches.</summary>
internal static class RequestKeys
{
    public static ConditionContext Of(Caller caller, RequestSource source, Arns arns, DateTimeOffset now)
    {
        var keys = new ConditionContext()
            .Add("aws:userid", caller.UserId)
            .Add("aws:PrincipalArn", caller.Principal?.Arn ?? caller.Arn)
            .Add("aws:PrincipalAccount", caller.AccountId)
            .Add("aws:SourceIp", source.Address)
            .Add("aws:SecureTransport", source.Secure ? "true" : "false")
            .Add("aws:CurrentTime", Text(now))
            .Add("aws:EpochTime", now.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture))
            .Add("aws:RequestedRegion", arns.Region)
            .Add("aws:ResourceAccount", arns.Account)
            .Add("aws:ViaAWSService", "false")
            .Add("aws:PrincipalIsAWSService", "false");
        if (source.UserAgent.Length > 0)
            keys.Add("aws:UserAgent", source.UserAgent);
        if (caller.Principal is UserPrincipal user)
            keys.Add("aws:username", user.Name).Add("aws:PrincipalType", "User");
        else if (caller.Principal is RolePrincipal)
            keys.Add("aws:PrincipalType", "AssumedRole");
        foreach (var (key, value) in caller.Tags)
            keys.Add($"aws:PrincipalTag/{key}", value);
        if (caller.Session is { } session)
        {
            // Only temporary keys say whether they were given with a second factor; none here is.
            keys.Add("aws:TokenIssueTime", Text(session.Issued)).Add("aws:MultiFactorAuthPresent", "false");
            if (session.SourceIdentity is not null)
                keys.Add("aws:SourceIdentity", session.SourceIdentity);
        }
        return keys;
    }

    private static string Text(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
