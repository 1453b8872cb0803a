using Postern.Server.Iam.Policies;

namespace Postern.Server.Iam;

/// <summary>Somebody who may call: a user or a role, with everything that decides what it may, as of one moment. Never changes.</summary>
/// <param name="Id">AIDA… or AROA…; another principal of the same name has another.</param>
/// <param name="Arn">With the path.</param>
/// <param name="Tags">Keys without regard to case.</param>
/// <param name="Policies">A user's own and those of its groups, or a role's.</param>
/// <param name="Boundary">Its permissions boundary.</param>
internal abstract record Principal(
    string Id, string Name, string Path, string Arn, IReadOnlyDictionary<string, string> Tags, IReadOnlyList<NamedPolicy> Policies, NamedPolicy? Boundary);

/// <inheritdoc/>
internal sealed record UserPrincipal(
    string Id, string Name, string Path, string Arn, IReadOnlyDictionary<string, string> Tags, IReadOnlyList<NamedPolicy> Policies, NamedPolicy? Boundary)
    : Principal(Id, Name, Path, Arn, Tags, Policies, Boundary);

/// <inheritdoc/>
/// <param name="TrustPolicy">Who may assume it.</param>
/// <param name="MaxSessionDuration">Of the temporary keys AssumeRole gives for it.</param>
internal sealed record RolePrincipal(
    string Id, string Name, string Path, string Arn, IReadOnlyDictionary<string, string> Tags, IReadOnlyList<NamedPolicy> Policies, NamedPolicy? Boundary,
    PolicyDocument TrustPolicy, TimeSpan MaxSessionDuration)
    : Principal(Id, Name, Path, Arn, Tags, Policies, Boundary);

/// <summary>A user's long-lived key, opened.</summary>
internal sealed record AccessKey(string AccessKeyId, string SecretAccessKey, bool IsActive, UserPrincipal User)
{
    public override string ToString() => $"AccessKey({AccessKeyId}, {User.Name})"; // never the secret
}
