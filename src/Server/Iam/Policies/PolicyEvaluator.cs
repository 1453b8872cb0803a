namespace Postern.Server.Iam.Policies;

/// <summary>
/// Decides: an explicit denial anywhere wins; otherwise the identity's policies must allow, and its boundary, and the session's policies, where there
/// are any; what nothing allows is denied.
/// </summary>
internal static class PolicyEvaluator
{
    public static Decision Evaluate(PolicySet policies, AuthorizationQuery query)
    {
        var identity = new Scan(query, PolicyLayer.Identity);
        var boundary = new Scan(query, PolicyLayer.Boundary);
        var session = new Scan(query, PolicyLayer.Session);
        for (var i = 0; i < policies.Identity.Count; i++)
            if (identity.Denies(policies.Identity[i]))
                return identity.Denial(policies);
        if (policies.Boundary is not null && boundary.Denies(policies.Boundary))
            return boundary.Denial(policies);
        for (var i = 0; i < policies.Session?.Count; i++)
            if (session.Denies(policies.Session[i]))
                return session.Denial(policies);

        var missing = !identity.Allows ? PolicyLayer.Identity
            : policies.Boundary is not null && !boundary.Allows ? PolicyLayer.Boundary
            : policies.Session is not null && !session.Allows ? PolicyLayer.Session
            : (PolicyLayer?)null;
        return missing is { } layer
            ? new Decision(DecisionKind.ImplicitDeny, layer, null, null, policies, query)
            : new Decision(DecisionKind.Allowed, PolicyLayer.Identity, identity.Policy, identity.Statement, policies, query);
    }

    /// <summary>
    /// Whether a role's trust policy lets a principal assume it. When it does <see cref="Decision.ByAccount"/>, the principal's own policies must
    /// allow it as well; an explicit denial in these counts always.
    /// </summary>
    public static Decision EvaluateTrust(PolicyDocument trust, PrincipalQuery principal, AuthorizationQuery query)
    {
        var policy = new NamedPolicy("the role's trust policy", trust);
        Statement? allowing = null;
        var strongest = PrincipalMatch.No;
        foreach (var statement in trust.Statements)
        {
            var match = statement.Principal!.Match(principal);
            if (match == PrincipalMatch.No || statement.Effect == Effect.Allow && match <= strongest || !statement.Matches(query))
                continue;
            if (statement.Effect == Effect.Deny)
                return new Decision(DecisionKind.ExplicitDeny, PolicyLayer.Trust, policy, statement, null, query);
            (allowing, strongest) = (statement, match);
        }
        return allowing is null
            ? new Decision(DecisionKind.ImplicitDeny, PolicyLayer.Trust, null, null, null, query)
            : new Decision(DecisionKind.Allowed, PolicyLayer.Trust, policy, allowing, null, query) { ByAccount = strongest == PrincipalMatch.ByAccount };
    }

    /// <summary>Goes through the policies of a layer: stops at the first denial, remembers the first statement that allows.</summary>
    private struct Scan(AuthorizationQuery query, PolicyLayer layer)
    {
        public NamedPolicy? Policy { get; private set; }

        public Statement? Statement { get; private set; }

        public readonly bool Allows => Statement is not null;

        public bool Denies(NamedPolicy policy)
        {
            var statements = policy.Document.Statements;
            for (var i = 0; i < statements.Count; i++)
            {
                var statement = statements[i];
                if (statement.Effect == Effect.Allow && Allows || !statement.Matches(query))
                    continue;
                (Policy, Statement) = (policy, statement);
                if (statement.Effect == Effect.Deny)
                    return true;
            }
            return false;
        }

        public readonly Decision Denial(PolicySet policies) => new(DecisionKind.ExplicitDeny, layer, Policy, Statement, policies, query);
    }
}
