using System.Collections.Frozen;
using Postern.Server.Iam.Policies;
using Postern.Server.Iam.Policies.Managed;

namespace Postern.Server.Iam;

/// <summary>
/// Policies as they come back from the database. They were checked before they were stored; one that is missing nevertheless, or that this
/// program cannot read, denies everything until somebody mends it: passed over it might have taken a denial with it.
/// </summary>
internal static class StoredPolicy
{
    private static readonly PolicyDocument Missing = Denial("PolicyIsMissing"), Unreadable = Denial("PolicyCannotBeRead");

    /// <summary>For a role that is not there, and one whose trust policy cannot be read. It denies nothing, so that both look the same as a role that trusts others.</summary>
    public static readonly PolicyDocument TrustsNobody = PolicyDocument.Parse(
        """{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"nobody.amazonaws.com"},"Action":"sts:AssumeRole"}]}""", PolicyUse.Trust);

    private static readonly FrozenDictionary<string, NamedPolicy> OwnedByAws =
        ManagedPolicies.All.ToFrozenDictionary(policy => policy.Arn, policy => new NamedPolicy(policy.Arn, PolicyDocument.Parse(policy.Document, PolicyUse.Identity)));

    /// <summary>A managed policy that is part of the program; null when the ARN names none.</summary>
    public static NamedPolicy? Owned(string arn) => OwnedByAws.GetValueOrDefault(arn);

    /// <param name="name">What decisions call it.</param>
    /// <param name="json">Null: there is no such policy.</param>
    public static NamedPolicy Read(string name, string? json) => new(name, json is null ? Missing : Parse(json, PolicyUse.Identity, Unreadable));

    public static PolicyDocument ReadTrust(string json) => Parse(json, PolicyUse.Trust, TrustsNobody);

    private static PolicyDocument Parse(string json, PolicyUse use, PolicyDocument otherwise)
    {
        try
        {
            return PolicyDocument.Parse(json, use);
        }
        catch (PolicyException)
        {
            return otherwise; // a denial whose Sid says why, or trust in nobody
        }
    }

    private static PolicyDocument Denial(string sid) => PolicyDocument.Parse(
        $$"""{"Version":"2012-10-17","Statement":[{"Sid":"{{sid}}","Effect":"Deny","Action":"*","Resource":"*"}]}""", PolicyUse.Identity);
}
