using System.Globalization;
using Postern.Protocol.AwsJson;
using Postern.Server.Iam.Policies;

namespace Postern.Server.Identity.Simulation;

/// <summary>Decisions with their reasons, as the operations of our own answer them.</summary>
internal static class AccessAnswers
{
    private const int MaxKeys = 256, MaxValues = 256, MaxKeyLength = 512, MaxValueLength = 4096;

    public static AccessDecision Of(Decision decision, PolicySet policies)
    {
        var explanation = decision.Explain();
        return new AccessDecision
        {
            Action = decision.Query.Action,
            Resource = decision.Query.Resource[0],
            Decision = decision.Kind switch { DecisionKind.Allowed => "allowed", DecisionKind.ExplicitDeny => "explicitDeny", _ => "implicitDeny" },
            Reason = decision.IsAllowed ? null : decision.Reason,
            Policy = decision.Decided?.Policy,
            Statement = decision.Decided is { } decided ? NameOf(decided) : null,
            Closest = decision.Kind != DecisionKind.ImplicitDeny ? null : [.. explanation.Closest.Select(finding => new AccessStatement
            {
                Policy = finding.Statement.Policy,
                Statement = NameOf(finding.Statement),
                Mismatches = [.. finding.Mismatches.Select(mismatch => new AccessMismatch { Element = mismatch.Element, Wanted = mismatch.Wanted, Given = mismatch.Given })],
            })],
            Changes = explanation.Changes.Count == 0 ? null : explanation.Changes,
            MissingKeys = Missing(policies, decision.Query) is { Count: > 0 } missing ? missing : null,
        };
    }

    /// <summary>Keys that a statement about the action asks for and that the request has not.</summary>
    public static List<string> Missing(PolicySet policies, AuthorizationQuery query)
        => [.. policies.All.SelectMany(policy => policy.Document.Statements).Where(statement => statement.Action.Matches(query.Action))
            .SelectMany(statement => statement.Keys).Where(key => query.Context.Find(key).Count == 0)
            .Distinct(StringComparer.OrdinalIgnoreCase).Order(StringComparer.OrdinalIgnoreCase)];

    /// <exception cref="AwsErrorException">ValidationException: more or longer keys or values than a request can have.</exception>
    public static ConditionContext Over(ConditionContext basis, IReadOnlyDictionary<string, IReadOnlyList<string>>? given)
    {
        var context = new ConditionContext(basis);
        if (given?.Count > MaxKeys)
            throw Invalid($"context has more than {MaxKeys} keys.");
        foreach (var (key, values) in given ?? new Dictionary<string, IReadOnlyList<string>>())
        {
            if (key.Length > MaxKeyLength || values is null || values.Count > MaxValues || values.Any(value => value is null || value.Length > MaxValueLength))
                throw Invalid($"a key of context has at most {MaxKeyLength} characters, and a list of at most {MaxValues} values of at most {MaxValueLength} characters.");
            context.Set(key, values);
        }
        return context;
    }

    /// <exception cref="AwsErrorException">ValidationException.</exception>
    public static string RequireAction(string? action)
        => action is { Length: <= 256 } && action.IndexOf(':') is > 0 and var colon && colon < action.Length - 1 && action.AsSpan().IndexOfAny("*?") < 0 ? action
            : throw Invalid("action is a service and an operation without wildcards, such as ssm:StartSession.");

    public static AwsErrorException Invalid(string message) => new("ValidationException", char.ToUpperInvariant(message[0]) + message[1..]);

    private static string NameOf(StatementReference statement) => statement.Sid ?? (statement.Index + 1).ToString(CultureInfo.InvariantCulture);
}
