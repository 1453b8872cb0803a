using Postern.Protocol.AwsJson;
using Postern.Server.Api;
using Postern.Server.Iam.Policies;

namespace Postern.Server.Identity.Simulation;

/// <summary>SimulatePolicy: what a policy document says of cases, and why.</summary>
internal static class SimulatePolicy
{
    private const int MaxCases = 100, MaxNames = 8, MaxNameLength = 2048;
    private static readonly string[] Anything = ["*"];

    /// <exception cref="AwsErrorException">MalformedPolicyDocumentException with the place and the reason, ValidationException.</exception>
    public static Task<SimulatePolicyResponse> HandleAsync(SimulatePolicyRequest request, CallContext context, CancellationToken cancellationToken)
    {
        var policies = new PolicySet([new NamedPolicy("the policy", Parse(request.Policy ?? ""))]);
        if (request.Cases is not { Count: > 0 and <= MaxCases } cases)
            throw AccessAnswers.Invalid($"cases has 1 to {MaxCases} cases.");
        var decisions = new List<AccessDecision>(cases.Count);
        foreach (var one in cases)
        {
            var resources = one?.Resources is { Count: > 0 } names ? names : Anything;
            if (one is null || resources.Count > MaxNames || resources.Any(name => name is null || name.Length is 0 or > MaxNameLength))
                throw AccessAnswers.Invalid($"a case has an action and 1 to {MaxNames} names of one resource, of at most {MaxNameLength} characters.");
            var query = new AuthorizationQuery(AccessAnswers.RequireAction(one.Action), resources, AccessAnswers.Over(new ConditionContext(), one.Context));
            decisions.Add(AccessAnswers.Of(PolicyEvaluator.Evaluate(policies, query), policies));
        }
        return Task.FromResult(new SimulatePolicyResponse { Decisions = decisions });
    }

    private static PolicyDocument Parse(string text)
    {
        try
        {
            return PolicyDocument.Parse(text, PolicyUse.Identity);
        }
        catch (PolicyException fault)
        {
            throw new AwsErrorException("MalformedPolicyDocumentException", fault.Message);
        }
    }
}
