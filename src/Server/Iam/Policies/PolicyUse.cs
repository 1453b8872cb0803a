namespace Postern.Server.Iam.Policies;

/// <summary>What a policy document is for, which decides the elements it may have.</summary>
internal enum PolicyUse
{
    /// <summary>Identity-based, permissions boundary or session policy: no Principal, a Resource in every statement.</summary>
    Identity,

    /// <summary>Who may assume a role: a Principal in every statement, no Resource, STS actions only.</summary>
    Trust,
}
