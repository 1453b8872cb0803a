using Microsoft.AspNetCore.Http;
using Postern.Protocol.AwsJson;
using Postern.Server.Iam.Policies;

namespace Postern.Server.Iam;

/// <summary>Decides whether a caller may do what a call touches. The one place where it is decided, for both protocols and for the channels of nodes.</summary>
internal static class Authorizer
{
    private static readonly NamedPolicy Granted = StoredPolicy.Read("the role's trust policy", """{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"sts:*","Resource":"*"}}""");

    /// <summary>All of it must be allowed; the verdict is that of the first that is not, or of the first.</summary>
    /// <param name="caller">Found to be of the kind that the operation is for.</param>
    /// <param name="action">The operation's; what is touched may name another.</param>
    /// <param name="touched">Nothing: every authenticated caller may.</param>
    /// <param name="request">The keys of the request, see <see cref="RequestKeys"/>.</param>
    public static Verdict Evaluate(Caller caller, string action, IReadOnlyList<Touched> touched, ConditionContext request)
    {
        // Strangers and nodes' own keys have no policies: which few operations are for them is fixed where these are registered.
        if (caller.Kind is Access.Anonymous or Access.NodeKey)
            return Verdict.Unasked;
        var policies = caller.Policies;
        PrincipalQuery? principal = null;
        var first = Verdict.Unasked;
        for (var i = 0; i < touched.Count; i++)
        {
            var verdict = One(policies, action, touched[i], request);
            if (touched[i].Trust is { } trust)
                verdict = Trusted(verdict, trust, principal ??= NamesOf(caller), caller);
            if (!verdict.IsAllowed)
                return verdict;
            if (i == 0)
                first = verdict;
        }
        return first;
    }

    /// <summary>What the caller's own policies say, together with the trust policy of the role that is touched.</summary>
    private static Verdict Trusted(Verdict own, PolicyDocument trust, PrincipalQuery principal, Caller caller)
    {
        var decision = own.Decision!;
        var trusted = PolicyEvaluator.EvaluateTrust(trust, principal, decision.Query);
        if (!trusted.IsAllowed || trusted.ByAccount)
            return trusted.IsAllowed ? own : new Verdict(trusted);
        if (own.IsAllowed || decision.Kind == DecisionKind.ExplicitDeny)
            return own;
        // Named itself: its identity policies need not allow it. What bounds a role or a session still does; as in AWS, a user's boundary does not.
        if (caller.Principal is UserPrincipal && caller.Session is null)
            return new Verdict(trusted);
        var bounded = PolicyEvaluator.Evaluate(caller.Policies with { Identity = [Granted] }, decision.Query);
        return new Verdict(bounded.IsAllowed ? trusted : bounded);
    }

    /// <summary>Everything that a trust policy may call the caller.</summary>
    private static PrincipalQuery NamesOf(Caller caller) => new(caller.AccountId, caller.Principal is { } principal && caller.Arn != principal.Arn
        ? [caller.Arn, caller.UserId, principal.Arn, principal.Id] : [caller.Arn, caller.UserId]);

    private static Verdict One(PolicySet policies, string action, Touched touched, ConditionContext request)
    {
        var context = request;
        if (touched.Keys.Count > 0)
        {
            context = new ConditionContext(request);
            foreach (var key in touched.Keys)
                context.Set(key.Name, key.Values);
        }
        var verdict = new Verdict(PolicyEvaluator.Evaluate(policies, new AuthorizationQuery(touched.Action ?? action, touched.Names, context)));
        if (verdict.IsAllowed || touched.Otherwise is not { } others)
            return verdict;
        foreach (var other in others)
        {
            verdict = One(policies, action, other, request);
            if (!verdict.IsAllowed)
                break;
        }
        return verdict;
    }
}

/// <summary>Whether a call may be made, and what said so.</summary>
/// <param name="Decision">Null: no policy was asked, the call is open to whoever its operation is for.</param>
internal sealed record Verdict(Decision? Decision)
{
    private const int MaxShown = 512;

    public static readonly Verdict Unasked = new((Decision?)null);

    public bool IsAllowed => Decision is null or { IsAllowed: true };

    /// <summary>The statement that decided, for people; null when none did.</summary>
    public string? DecidedBy => Decision?.Decided?.ToString();

    /// <summary>The refusal, in AWS's words, and which statement decided.</summary>
    public AwsErrorException Refusal(Caller caller)
    {
        var decision = Decision!;
        var resource = decision.Query.Resource[0];
        var shown = ForeignText.Show(resource, MaxShown);
        var decided = DecidedBy is { } statement ? $": {statement}" : "";
        return new AwsErrorException("AccessDeniedException",
            $"User: {caller.Arn} is not authorized to perform: {decision.Query.Action} on resource: {shown} {decision.Reason}{decided}", StatusCodes.Status400BadRequest);
    }
}
