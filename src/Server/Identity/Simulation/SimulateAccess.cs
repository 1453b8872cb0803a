using System.Text;
using Postern.Protocol.AwsJson;
using Postern.Server.Api;
using Postern.Server.Iam;
using Postern.Server.Iam.Policies;

namespace Postern.Server.Identity.Simulation;

/// <summary>
/// SimulateAccess: may this principal do this? The operation itself names what the request touches, with the tags and owners of this moment, and the
/// same authoriser decides, so that the answer is that of the call; nothing is done.
/// </summary>
internal sealed class SimulateAccess(OperationRegistry operations, PrincipalStore store, TimeProvider time)
{
    private const int MaxResources = 100, MaxNameLength = 2048;

    /// <summary>What asking for somebody touches: that principal.</summary>
    public async ValueTask<IReadOnlyList<Touched>> TouchesAsync(SimulateAccessRequest request, CallContext context, CancellationToken cancellationToken)
        => await FindAsync(request.Principal, context, cancellationToken) is { } principal ? [new Touched(principal.Arn)] : [Touched.Anything];

    /// <exception cref="AwsErrorException">NoSuchEntityException, ValidationException, or what the operation says of the request.</exception>
    public async Task<SimulateAccessResponse> HandleAsync(SimulateAccessRequest request, CallContext context, CancellationToken cancellationToken)
    {
        var action = AccessAnswers.RequireAction(request.Action);
        var principal = await FindAsync(request.Principal, context, cancellationToken)
            ?? throw new AwsErrorException("NoSuchEntityException", $"There is no user or role {ForeignText.Show(request.Principal ?? context.Caller.Arn, 512)}. Give its name or its ARN.", 404);
        var caller = As(principal, context);
        var source = new RequestSource(context.SourceAddress, "", Secure: true);
        var keys = AccessAnswers.Over(RequestKeys.Of(caller, source, context.Arns, time.GetUtcNow()), request.Context);
        var asked = context with { Caller = caller, Keys = keys };
        var touched = request.Resources is { } resources ? Given(resources) : await TouchedAsync(action, request.Request, asked, cancellationToken);
        var decisions = touched.SelectMany(one => Decide(caller, action, request.Context, one, keys)).ToList();
        return new SimulateAccessResponse { Principal = principal.Arn, Allowed = decisions.TrueForAll(decision => decision.Decision == "allowed"), Decisions = decisions };
    }

    private async Task<IReadOnlyList<Touched>> TouchedAsync(string action, string? body, CallContext context, CancellationToken cancellationToken)
    {
        var operation = operations.All.FirstOrDefault(known => known.Action.Equals(action, StringComparison.OrdinalIgnoreCase));
        if (operation is null)
            return body is null ? [Touched.Anything] : throw AccessAnswers.Invalid($"the action {ForeignText.Show(action)} is no operation of this gateway, so it has no request; give resources.");
        if (operation.Access is not (Access.User or Access.UserOrNode))
            throw AccessAnswers.Invalid($"the action {operation.Action} is for nodes only, whatever policies say.");
        var call = operation.Parse(Encoding.UTF8.GetBytes(body ?? (operation is QueryOperation ? "" : "{}")));
        return await call.TouchesAsync(context, cancellationToken);
    }

    // What was given replaces what the resource has: "and if it were tagged otherwise?"
    private static IEnumerable<AccessDecision> Decide(Caller caller, string action, IReadOnlyDictionary<string, IReadOnlyList<string>>? given, Touched touched, ConditionContext keys)
    {
        var replaced = touched with { Keys = [.. touched.Keys.Where(key => given is null || !given.Keys.Contains(key.Name, StringComparer.OrdinalIgnoreCase))] };
        var decision = Authorizer.Evaluate(caller, action, [replaced with { Otherwise = null }], keys).Decision!;
        if (decision.IsAllowed || touched.Otherwise is not { } others)
            return [AccessAnswers.Of(decision, caller.Policies)];
        return others.SelectMany(other => Decide(caller, action, given, other, keys));
    }

    private static List<Touched> Given(IReadOnlyList<string> resources)
    {
        if (resources.Count is 0 or > MaxResources || resources.Any(name => name is null || name.Length is 0 or > MaxNameLength))
            throw AccessAnswers.Invalid($"resources are 1 to {MaxResources} ARNs of at most {MaxNameLength} characters.");
        return [.. resources.Select(name => new Touched(name))];
    }

    /// <summary>The principal as it would call: a role in a session without policies of its own.</summary>
    private Caller As(Principal principal, CallContext context)
    {
        if (principal.Id == context.Caller.Principal?.Id)
            return context.Caller;
        if (principal is UserPrincipal)
            return new Caller(Access.User, context.Arns.Account, principal.Arn, principal.Id, principal.Name) { Principal = principal };
        const string session = "simulation";
        var now = time.GetUtcNow();
        return new Caller(Access.User, context.Arns.Account, PrincipalArns.AssumedRole(context.Arns.Account, principal.Name, session), $"{principal.Id}:{session}", session)
        {
            Principal = principal,
            Session = new CallerSession(now, now.AddHours(1), session, new Dictionary<string, string>(), [], null, null),
        };
    }

    private async Task<Principal?> FindAsync(string? name, CallContext context, CancellationToken cancellationToken)
    {
        if (name is null)
            return context.Caller.Principal;
        var resource = name[(name.LastIndexOf(':') + 1)..];
        var last = resource[(resource.LastIndexOf('/') + 1)..];
        if (last.Length == 0)
            return null;
        var isArn = name.StartsWith("arn:", StringComparison.Ordinal);
        Principal? user = isArn && !resource.StartsWith("user/", StringComparison.Ordinal) || resource.StartsWith("role/", StringComparison.Ordinal)
            ? null : await store.FindUserByNameAsync(last, cancellationToken);
        var found = user ?? (resource.StartsWith("user/", StringComparison.Ordinal) ? null : await store.FindRoleByNameAsync(last, cancellationToken));
        return isArn && found?.Arn != name ? null : found;
    }
}
