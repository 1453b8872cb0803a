using System.Globalization;
using Postern.Server.Api;
using Postern.Server.Iam;
using Postern.Server.Iam.Policies;

namespace Postern.Server.Identity.Simulation;

/// <summary>Decides the cases of a plan and writes them as IAM does.</summary>
internal static class Simulation
{
    private const string OwnName = ":managed-instance/", InstanceName = ":instance/";

    /// <summary>Policies can be written so that they take long; a page ends then before it is full, and the next call goes on.</summary>
    public static readonly TimeSpan MostTime = TimeSpan.FromSeconds(1);

    public static void Answer(SimulationPlan plan, SimulatedPrincipal principal, Arns arns, QueryAnswer answer, TimeProvider time)
    {
        var began = time.GetTimestamp();
        var end = plan.First;
        answer.List("EvaluationResults", Page(), index =>
        {
            var query = new AuthorizationQuery(plan.Actions[index / plan.Resources.Count], Names(plan.Resources[index % plan.Resources.Count], arns), principal.Keys);
            Write(PolicyEvaluator.Evaluate(principal.Policies, query), principal.Policies, answer);
        });
        answer.Flag("IsTruncated", end < plan.Total);
        if (end < plan.Total)
            answer.Text("Marker", PageToken.Write(plan.Scope, end.ToString(CultureInfo.InvariantCulture)));

        IEnumerable<int> Page()
        {
            while (end < plan.Total && end - plan.First < plan.Size && (end == plan.First || time.GetElapsedTime(began) < MostTime))
                yield return end++;
        }
    }

    private static void Write(Decision decision, PolicySet policies, QueryAnswer answer)
    {
        var query = decision.Query;
        answer.Text("EvalActionName", query.Action).Text("EvalResourceName", query.Resource[0]).Text("EvalDecision", decision.Kind switch
        {
            DecisionKind.Allowed => "allowed",
            DecisionKind.ExplicitDeny => "explicitDeny",
            _ => "implicitDeny",
        });
        answer.List("MatchedStatements", Matched(decision, policies), found => WriteStatement(found.Policy, found.Statement, answer));
        answer.Texts("MissingContextValues", AccessAnswers.Missing(policies, query));
        if (policies.Boundary is { } boundary)
            answer.Structure("PermissionsBoundaryDecisionDetail", () => answer.Flag("AllowedByPermissionsBoundary", PolicyEvaluator.Evaluate(new([boundary]), query).IsAllowed));
    }

    /// <summary>Of a denial every statement that denies; otherwise every one that allows, whether or not that is enough.</summary>
    private static IEnumerable<(NamedPolicy Policy, Statement Statement)> Matched(Decision decision, PolicySet policies)
        => from policy in policies.All
           from statement in policy.Document.Statements
           where statement.Effect == (decision.Kind == DecisionKind.ExplicitDeny ? Effect.Deny : Effect.Allow) && statement.Matches(decision.Query)
           select (policy, statement);

    private static void WriteStatement(NamedPolicy policy, Statement statement, QueryAnswer answer)
    {
        var (start, end) = policy.Document.PlaceOf(statement);
        answer.Text("SourcePolicyId", policy.Name).Text("SourcePolicyType", TypeOf(policy.Name))
            .Structure("StartPosition", () => answer.Number("Line", start.Line).Number("Column", start.Column))
            .Structure("EndPosition", () => answer.Number("Line", end.Line).Number("Column", end.Column));
    }

    private static string TypeOf(string name)
    {
        if (name.StartsWith(PrincipalArns.OwnedByAws, StringComparison.Ordinal))
            return "aws-managed";
        if (name.StartsWith("arn:", StringComparison.Ordinal))
            return "user-managed";
        foreach (var owner in (ReadOnlySpan<string>)["user", "group", "role"])
            if (name.StartsWith("inline policy ", StringComparison.Ordinal) && name.Contains($" of {owner} ", StringComparison.Ordinal))
                return owner;
        return "none";
    }

    /// <summary>A node given by one of its names is asked for by both, as the gateway does.</summary>
    private static IReadOnlyList<string> Names(string resource, Arns arns)
    {
        foreach (var kind in (ReadOnlySpan<string>)[OwnName, InstanceName])
            if (resource.LastIndexOf(kind, StringComparison.Ordinal) is var at and > 0 && arns.Node(resource[(at + kind.Length)..]) is var names && names.Contains(resource))
                return [resource, .. names.Where(name => name != resource)];
        return [resource];
    }
}
