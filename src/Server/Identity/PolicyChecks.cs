using Postern.Protocol.AwsJson;
using Postern.Server.Iam.Policies;

namespace Postern.Server.Identity;

/// <summary>A policy document before it is stored: what the engine cannot read is refused here, with the place and the reason.</summary>
internal static class PolicyChecks
{
    /// <summary>Characters of a managed policy, and of a trust policy, white space not counted.</summary>
    public const int ManagedQuota = 6144, TrustQuota = 4096;

    /// <exception cref="AwsErrorException">MalformedPolicyDocument.</exception>
    public static void Check(string json, PolicyUse use)
    {
        try
        {
            PolicyDocument.Parse(json, use);
        }
        catch (PolicyException e)
        {
            throw IdentityErrors.MalformedPolicy(e.Message);
        }
    }

    /// <exception cref="AwsErrorException">LimitExceeded.</exception>
    public static void CheckSize(string json, int quota, string quotaName)
    {
        if (Size(json) > quota) throw IdentityErrors.LimitExceeded(quotaName, quota);
    }

    /// <summary>Characters that count.</summary>
    public static int Size(string json) => json.Count(c => !char.IsWhiteSpace(c));
}
