using System.Text.RegularExpressions;
using Postern.Protocol.AwsJson;
using Postern.Server.Api;
using Postern.Server.Iam;
using Postern.Server.Iam.Policies;

namespace Postern.Server.Identity.Simulation;

/// <summary>SimulatePrincipalPolicy, SimulateCustomPolicy, and the condition keys that either needs.</summary>
internal static partial class IamSimulations
{
    private const string Source = "PolicySourceArn";
    private const int MaxPolicies = 50;

    private static readonly TextRule Arn = new(20, 2048);
    private static readonly TextRule Document = new(1, PolicyLimits.DocumentLength, DocumentPattern, @"[\u0009\u000A\u000D\u0020-\u00FF]+");

    public static void AddTo(OperationRegistry operations, PrincipalStore store, TimeProvider time)
    {
        operations.Add(QueryService.Iam, "SimulatePrincipalPolicy", Access.User, Principal, async (request, context, answer, cancellationToken) =>
        {
            var arn = request.Required(Source, Arn);
            var added = Policies(request, "PolicyInputList");
            var plan = SimulationPlan.Read(request, Boundary(request));
            request.Check();
            var subject = await SimulatedPrincipal.FindAsync(store, context.Arns.Account, arn, cancellationToken) ?? throw Unknown(arn);
            Simulation.Answer(plan, plan.Over(subject with { Policies = subject.Policies with { Identity = [.. subject.Policies.Identity, .. added] } }), context.Arns, answer, time);
        });
        operations.Add(QueryService.Iam, "SimulateCustomPolicy", Access.User, Touched.Anything, (request, context, answer, _) =>
        {
            var policies = Policies(request, "PolicyInputList");
            request.Must(policies.Count > 0, "PolicyInputList", "Member must not be null");
            var plan = SimulationPlan.Read(request, Boundary(request));
            request.Check();
            Simulation.Answer(plan, plan.Over(SimulatedPrincipal.Nobody(policies)), context.Arns, answer, time);
            return Task.CompletedTask;
        });
        operations.Add(QueryService.Iam, "GetContextKeysForPrincipalPolicy", Access.User, Principal, async (request, context, answer, cancellationToken) =>
        {
            var arn = request.Required(Source, Arn);
            var added = Policies(request, "PolicyInputList");
            request.Check();
            var subject = await SimulatedPrincipal.FindAsync(store, context.Arns.Account, arn, cancellationToken) ?? throw Unknown(arn);
            answer.Texts("ContextKeyNames", Keys([.. subject.Policies.All, .. added]));
        });
        operations.Add(QueryService.Iam, "GetContextKeysForCustomPolicy", Access.User, Touched.Anything, (request, _, answer, _) =>
        {
            var policies = Policies(request, "PolicyInputList");
            request.Must(policies.Count > 0, "PolicyInputList", "Member must not be null");
            request.Check();
            answer.Texts("ContextKeyNames", Keys(policies));
            return Task.CompletedTask;
        });
    }

    private static ValueTask<IReadOnlyList<Touched>> Principal(QueryRequest request, CallContext context, CancellationToken cancellationToken)
        => ValueTask.FromResult<IReadOnlyList<Touched>>([request.Peek(Source) is { Length: > 0 } arn ? new Touched(arn) : Touched.Anything]);

    private static NamedPolicy? Boundary(QueryRequest request)
    {
        var boundaries = Policies(request, "PermissionsBoundaryPolicyInputList");
        request.Must(boundaries.Count < 2, "PermissionsBoundaryPolicyInputList", "Member must have length less than or equal to 1");
        return boundaries.FirstOrDefault();
    }

    /// <exception cref="AwsErrorException">InvalidInput: a document that is no policy, with the place and the reason.</exception>
    private static List<NamedPolicy> Policies(QueryRequest request, string list)
    {
        var result = new List<NamedPolicy>();
        foreach (var text in request.Texts(list, MaxPolicies, Document))
        {
            var name = $"{list}.{result.Count + 1}";
            try
            {
                result.Add(new NamedPolicy(name, PolicyDocument.Parse(text, PolicyUse.Identity)));
            }
            catch (PolicyException fault)
            {
                throw new AwsErrorException("InvalidInput", $"{name} is not a valid policy. {fault.Message}");
            }
        }
        return result;
    }

    private static IEnumerable<string> Keys(IEnumerable<NamedPolicy> policies)
        => policies.SelectMany(policy => policy.Document.Statements).SelectMany(statement => statement.Keys).Distinct(StringComparer.OrdinalIgnoreCase).Order(StringComparer.OrdinalIgnoreCase);

    private static AwsErrorException Unknown(string arn)
        => new("NoSuchEntity", $"There is no user, group or role with the ARN {ForeignText.Show(arn, 512)}.", 404);

    [GeneratedRegex(@"\A[\u0009\u000A\u000D\u0020-\u00FF]*\z")]
    private static partial Regex DocumentPattern { get; }
}
