namespace Postern.Server.Iam.Policies;

/// <summary>A policy and what people call it.</summary>
/// <param name="Name">The ARN of a managed policy, or words such as "inline policy sessions of user anna".</param>
/// <param name="Document">What it says.</param>
internal sealed record NamedPolicy(string Name, PolicyDocument Document);

/// <summary>Everything that decides about a principal.</summary>
/// <param name="Identity">Its own policies and those of its groups, inline and attached: one that allows is enough.</param>
/// <param name="Boundary">What it can have at most; null when nothing bounds it.</param>
/// <param name="Session">What the session can have at most, one that allows is enough; null when nothing bounds it, whereas an empty list allows nothing.</param>
internal sealed record PolicySet(IReadOnlyList<NamedPolicy> Identity, NamedPolicy? Boundary = null, IReadOnlyList<NamedPolicy>? Session = null)
{
    /// <summary>Of all layers.</summary>
    public IEnumerable<NamedPolicy> All => [.. Identity, .. Boundary is { } boundary ? [boundary] : Array.Empty<NamedPolicy>(), .. Session ?? []];
}

/// <summary>A question: may this be done to that?</summary>
/// <param name="Action">service:Operation.</param>
/// <param name="Resource">The names of one resource, the one to show first; "*" for operations that have none.</param>
/// <param name="Context">What else is known of the request.</param>
internal sealed record AuthorizationQuery(string Action, IReadOnlyList<string> Resource, ConditionContext Context);
