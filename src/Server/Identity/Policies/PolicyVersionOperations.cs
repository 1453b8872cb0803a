using System.Globalization;
using Postern.Server.Api;
using Postern.Server.Iam;
using Postern.Server.Iam.Policies;
using Postern.Server.Storage;

namespace Postern.Server.Identity.Policies;

/// <summary>CreatePolicyVersion, GetPolicyVersion, ListPolicyVersions, DeletePolicyVersion, SetDefaultPolicyVersion.</summary>
internal sealed class PolicyVersionOperations(IdentityStore store)
{
    public const int MaxVersions = 5;

    public void AddTo(OperationRegistry operations, IdentityResources resources)
    {
        operations.Add(QueryService.Iam, "CreatePolicyVersion", Access.User, resources.Policy, CreateAsync);
        operations.Add(QueryService.Iam, "GetPolicyVersion", Access.User, resources.Policy, GetAsync);
        operations.Add(QueryService.Iam, "ListPolicyVersions", Access.User, resources.Policy, ListAsync);
        operations.Add(QueryService.Iam, "DeletePolicyVersion", Access.User, resources.Policy, DeleteAsync);
        operations.Add(QueryService.Iam, "SetDefaultPolicyVersion", Access.User, resources.Policy, SetDefaultAsync);
    }

    private async Task CreateAsync(QueryRequest request, CallContext context, QueryAnswer answer, CancellationToken cancellationToken)
    {
        var document = request.Required("PolicyDocument", IdentityRules.Document);
        var becomesDefault = request.Flag("SetAsDefault");
        var arn = ManagedPolicyOperations.PolicyArn(request);
        PolicyChecks.Check(document, PolicyUse.Identity);
        PolicyChecks.CheckSize(document, PolicyChecks.ManagedQuota, "PolicySize");
        var version = await store.WriteAsync(async transaction =>
        {
            var policy = await transaction.NeedOwnPolicyAsync(arn);
            if ((await transaction.VersionsAsync(policy)).Count >= MaxVersions)
                throw IdentityErrors.LimitExceeded($"A managed policy can have up to {MaxVersions} versions. Before you create a new version, you must delete an existing version.");
            var made = new PolicyVersionRow { PolicyId = policy.PolicyId, Version = policy.LastVersion + 1, Document = document, CreatedAt = transaction.Now };
            await transaction.ExecuteAsync("INSERT INTO policy_versions (policy_id, version, document, created_at) VALUES (@PolicyId, @Version, @Document, @CreatedAt)", SqlParameters.Of(made));
            await transaction.ExecuteAsync("UPDATE managed_policies SET last_version = @Version, default_version = @Default, updated_at = @CreatedAt WHERE policy_id = @PolicyId",
                SqlParameters.Of(new { made.Version, Default = becomesDefault ? made.Version : policy.DefaultVersion, made.CreatedAt, made.PolicyId }));
            return made;
        }, cancellationToken);
        answer.Structure("PolicyVersion", () => answer.Version(version, becomesDefault ? version.Version : 0, withDocument: false));
    }

    private async Task GetAsync(QueryRequest request, CallContext context, QueryAnswer answer, CancellationToken cancellationToken)
    {
        var (arn, number) = Version(request);
        var (policy, version) = await store.ReadAsync(async transaction =>
        {
            var found = await transaction.NeedPolicyAsync(arn);
            return (found, Need(await transaction.VersionsAsync(found), arn, number));
        }, cancellationToken);
        answer.Structure("PolicyVersion", () => answer.Version(version, policy.DefaultVersion, withDocument: true));
    }

    private async Task ListAsync(QueryRequest request, CallContext context, QueryAnswer answer, CancellationToken cancellationToken)
    {
        var page = Page.Read(request, "ListPolicyVersions", request.Peek("PolicyArn"));
        var arn = ManagedPolicyOperations.PolicyArn(request);
        var (policy, versions) = await store.ReadAsync(async transaction =>
        {
            var found = await transaction.NeedPolicyAsync(arn);
            return (found, await transaction.VersionsAsync(found));
        }, cancellationToken);
        // Newest first, as AWS lists them.
        page.Write(answer, "Versions", versions, version => (long.MaxValue - version.Version).ToString("D19", CultureInfo.InvariantCulture),
            version => answer.Version(version, policy.DefaultVersion, withDocument: false));
    }

    private async Task DeleteAsync(QueryRequest request, CallContext context, QueryAnswer answer, CancellationToken cancellationToken)
    {
        var (arn, number) = Version(request);
        await store.WriteAsync(async transaction =>
        {
            var policy = await transaction.NeedOwnPolicyAsync(arn);
            var version = Need(await transaction.VersionsAsync(policy), arn, number);
            if (number == policy.DefaultVersion)
                throw IdentityErrors.DeleteConflict("Cannot delete the default version of a policy.");
            await transaction.ExecuteAsync("DELETE FROM policy_versions WHERE policy_id = @PolicyId AND version = @Version", SqlParameters.Of(version));
        }, cancellationToken);
    }

    private async Task SetDefaultAsync(QueryRequest request, CallContext context, QueryAnswer answer, CancellationToken cancellationToken)
    {
        var (arn, number) = Version(request);
        await store.WriteAsync(async transaction =>
        {
            var policy = await transaction.NeedOwnPolicyAsync(arn);
            Need(await transaction.VersionsAsync(policy), arn, number);
            await transaction.ExecuteAsync("UPDATE managed_policies SET default_version = @number, updated_at = @Now WHERE policy_id = @PolicyId", SqlParameters.Of(new { number, transaction.Now, policy.PolicyId }));
        }, cancellationToken);
    }

    private static (string Arn, long Version) Version(QueryRequest request)
    {
        var id = request.Required("VersionId", IdentityRules.VersionId);
        var arn = ManagedPolicyOperations.PolicyArn(request);
        return (arn, long.TryParse(id.AsSpan(1), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0);
    }

    private static PolicyVersionRow Need(IReadOnlyList<PolicyVersionRow> versions, string arn, long number)
        => versions.FirstOrDefault(version => version.Version == number) ?? throw IdentityErrors.NoSuchEntity($"Policy {arn} version v{number} does not exist or is not attachable.");
}
