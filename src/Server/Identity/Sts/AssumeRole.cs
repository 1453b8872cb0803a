using Microsoft.AspNetCore.Http;
using Postern.Protocol.AwsJson;
using Postern.Server.Api;
using Postern.Server.Iam;
using Postern.Server.Iam.Policies;
using Postern.Server.Settings;

namespace Postern.Server.Identity.Sts;

/// <summary>AssumeRole: temporary keys of a role, for whom its trust policy lets have them.</summary>
internal sealed class AssumeRole(PrincipalStore principals, TemporaryCredentials credentials, ServerOptions options, TimeProvider time)
{
    public const int DefaultSeconds = 3600, MaxSeconds = 43_200;
    private const int MaxPolicyArns = 10;

    public void AddTo(OperationRegistry operations) => operations.Add(QueryService.Sts, "AssumeRole", Access.User, TouchesAsync, HandleAsync);

    private async ValueTask<IReadOnlyList<Touched>> TouchesAsync(QueryRequest request, CallContext context, CancellationToken cancellationToken)
    {
        if (request.Peek("RoleArn") is not { Length: > 0 } arn) return [Touched.Anything];
        var role = await FindAsync(arn, cancellationToken);
        var tags = request.Items("Tags", IdentityTags.Most).Select(item => (Key: item.Peek("Key") ?? "", Value: item.Peek("Value") ?? "")).ToList();
        var keys = new List<ConditionKey> { new("sts:DurationSeconds", $"{request.Number("DurationSeconds", StsRules.MinSeconds, MaxSeconds) ?? DefaultSeconds}") };
        Add("sts:RoleSessionName", request.Peek("RoleSessionName"));
        Add("sts:ExternalId", request.Peek("ExternalId"));
        Add("sts:SourceIdentity", request.Peek("SourceIdentity") ?? context.Caller.Session?.SourceIdentity);
        keys.AddRange(role?.Tags.SelectMany(tag => new ConditionKey[] { new("aws:ResourceTag/" + tag.Key, tag.Value), new("iam:ResourceTag/" + tag.Key, tag.Value) }) ?? []);
        keys.AddRange(tags.Select(tag => new ConditionKey("aws:RequestTag/" + tag.Key, tag.Value)));
        if (tags.Count > 0) keys.Add(new("aws:TagKeys", [.. tags.Select(tag => tag.Key)]));
        if (request.Texts("TransitiveTagKeys", IdentityTags.Most, IdentityRules.TagKey) is { Count: > 0 } transitive) keys.Add(new("sts:TransitiveTagKeys", transitive));

        // A role that is not there trusts nobody: who asks learns no more than who may not.
        var touched = new Touched(arn) { Keys = keys, Trust = role?.TrustPolicy ?? StoredPolicy.TrustsNobody };
        // What the calling session passes on is given as well.
        var all = new List<Touched> { touched };
        if (tags.Count > 0 || context.Caller.Session is { TransitiveKeys.Count: > 0 }) all.Add(touched with { Action = "sts:TagSession" });
        if (request.Peek("SourceIdentity") is not null || context.Caller.Session?.SourceIdentity is not null) all.Add(touched with { Action = "sts:SetSourceIdentity" });
        return all;

        void Add(string name, string? value)
        {
            if (value is not null) keys.Add(new(name, value));
        }
    }

    private async Task HandleAsync(QueryRequest request, CallContext context, QueryAnswer answer, CancellationToken cancellationToken)
    {
        var arn = request.Required("RoleArn", StsRules.Arn);
        var name = request.Required("RoleSessionName", StsRules.SessionName);
        var seconds = request.Number("DurationSeconds", StsRules.MinSeconds, MaxSeconds);
        var policy = request.Optional("Policy", StsRules.SessionPolicy);
        var arns = request.Items("PolicyArns", MaxPolicyArns).Select(item => item.Required("arn", StsRules.Arn)).ToArray();
        var sourceIdentity = request.Optional("SourceIdentity", StsRules.SourceIdentity);
        var tags = IdentityTags.Read(request);
        var transitive = request.Texts("TransitiveTagKeys", IdentityTags.Most, IdentityRules.TagKey);
        request.Must(transitive.All(key => tags.Any(tag => tag.TagKey.Equals(key, StringComparison.OrdinalIgnoreCase))), "TransitiveTagKeys", "Every key must be one of Tags");
        request.Optional("ExternalId", StsRules.ExternalId);
        SessionToken.RefuseMfa(request);
        request.Check();
        var role = await FindAsync(arn, cancellationToken) ?? throw new AwsErrorException("AccessDenied", $"The role {arn} was deleted meanwhile.");
        CheckDuration(seconds ?? DefaultSeconds, role, context.Caller);
        if (policy is not null) PolicyChecks.Check(policy, PolicyUse.Identity);
        foreach (var policyArn in arns)
            if (!await principals.HasPolicyAsync(policyArn, cancellationToken)) throw IdentityErrors.Validation($"The specified managed policy was not found: {policyArn}");

        // It says who is behind a chain of roles, so it is set once.
        if (sourceIdentity is not null && context.Caller.Session?.SourceIdentity is { } given && given != sourceIdentity)
            throw new AwsErrorException("AccessDenied", "The calling session has another SourceIdentity, which cannot be changed.", StatusCodes.Status403Forbidden);
        var inherited = Inherited(context.Caller, tags);
        var now = time.GetUtcNow();
        var claims = new TemporaryClaims
        {
            PrincipalId = role.Id,
            KeyId = context.Caller.RootKeyId,
            Issued = now.ToUnixTimeSeconds(),
            Expires = now.ToUnixTimeSeconds() + (seconds ?? DefaultSeconds),
            SessionName = name,
            SourceIdentity = sourceIdentity ?? context.Caller.Session?.SourceIdentity,
            Tags = inherited.Count + tags.Count == 0 ? null : new(inherited.Concat(tags.Select(tag => KeyValuePair.Create(tag.TagKey, tag.TagValue)))),
            TransitiveKeys = inherited.Count + transitive.Count == 0 ? null : [.. inherited.Keys, .. transitive],
            Policy = policy,
            PolicyArns = arns.Length == 0 ? null : arns,
        };
        var packed = TemporaryCredentials.PackedSize(claims);
        if (packed > 100)
            throw new AwsErrorException("PackedPolicyTooLarge", $"Packed size of session policies and tags consumes {packed}% of allotted space.");
        var keys = credentials.Issue(claims);
        SessionToken.Write(answer, keys);
        answer.Structure("AssumedRoleUser", () => answer
            .Text("AssumedRoleId", $"{role.Id}:{name}").Text("Arn", PrincipalArns.AssumedRole(options.Account, role.Name, name)));
        if (policy is not null || arns.Length > 0 || tags.Count > 0) answer.Number("PackedPolicySize", packed);
        answer.Text("SourceIdentity", claims.SourceIdentity);
    }

    /// <summary>Tags that the caller's own session passes on.</summary>
    private static Dictionary<string, string> Inherited(Caller caller, IReadOnlyList<IdentityTag> given)
    {
        var inherited = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        if (caller.Session is not { } session) return inherited;
        foreach (var key in session.TransitiveKeys)
            if (session.Tags.TryGetValue(key, out var value)) inherited[key] = value;
        return given.FirstOrDefault(tag => inherited.ContainsKey(tag.TagKey)) is { } twice
            ? throw IdentityErrors.Validation($"The tag {twice.TagKey} is passed on by the calling session and cannot be given another value.") : inherited;
    }

    private static void CheckDuration(int seconds, RolePrincipal role, Caller caller)
    {
        if (seconds > role.MaxSessionDuration.TotalSeconds)
            throw IdentityErrors.Validation("The requested DurationSeconds exceeds the MaxSessionDuration set for this role.");
        // Keys that renew themselves would never end.
        if (caller.Principal is RolePrincipal && seconds > DefaultSeconds)
            throw IdentityErrors.Validation("The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.");
    }

    private async ValueTask<RolePrincipal?> FindAsync(string arn, CancellationToken cancellationToken)
    {
        var role = await principals.FindRoleByNameAsync(arn, cancellationToken);
        return role?.Arn == arn ? role : null;
    }
}
