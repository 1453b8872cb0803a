using Microsoft.Extensions.DependencyInjection;
using Postern.Protocol.SigV4;
using Postern.Server.Api;
using Postern.Server.Iam;
using Postern.Tests.Support;

namespace Postern.Tests.Api;

/// <summary>
/// Every registered operation, in both protocols: nobody gets through for whom it is not, nobody whose policies do not allow it, and exactly its action
/// is enough. A new operation is held to it the day it is added.
/// </summary>
public sealed class PermissionTests : IAsyncLifetime
{
    private const string NodeId = "mi-0123456789abcdef0";

    /// <summary>As in AWS: whoever has keys may ask who he is, and may get temporary ones for them.</summary>
    private static readonly string[] NeedNoPermission = ["sts:GetCallerIdentity", "sts:GetSessionToken"];

    private ServerHost _host = null!;
    private ApiPrincipals _principals = null!;

    public async ValueTask InitializeAsync()
    {
        _host = await ServerHost.StartAsync(replace: services => services.AddSingleton<FindNode>((id, _) => new(new NodeIdentity(id, IdentitySeed.NodeRole, []))));
        _principals = new ApiPrincipals(_host);
    }

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    private IReadOnlyCollection<Operation> Operations => _host.Services.GetRequiredService<OperationRegistry>().All;

    [Fact]
    public async Task Nobody_calls_what_was_not_declared_for_them()
    {
        var callers = new (Access Kind, AwsCredentials? Keys)[] { (Access.User, _host.Administrator), (Access.Node, NodeKeys()) };
        Assert.NotEmpty(Operations);
        var through = new List<string>();
        foreach (var operation in Operations.Where(operation => operation.Access != Access.Anonymous))
        {
            var call = ApiCall.Of(operation);
            var unsigned = await call.SendAsync(_host);
            if (unsigned.Error.Code != (operation is QueryOperation ? "MissingAuthenticationToken" : "MissingAuthenticationTokenException"))
                through.Add($"{operation.Target} answered {unsigned.Error.Code} without a signature");
            foreach (var (kind, credentials) in callers.Where(caller => operation.Access != caller.Kind && operation.Access != Access.UserOrNode))
            {
                var answer = await (call with { Credentials = credentials }).SendAsync(_host);
                if (!IsDenied(operation, answer) || !answer.Error.Message.EndsWith($"is not authorized to perform: {operation.Action}", StringComparison.Ordinal))
                    through.Add($"{operation.Target} answered a {kind}: {answer.Status} {answer.Body}");
            }
        }
        Assert.Empty(through);
    }

    [Fact]
    public async Task Users_call_what_their_policies_allow_and_nothing_else()
    {
        var (id, keys) = await _principals.AddUserAsync("anna");
        await HoldAsync(Operations.Where(operation => operation.Access is Access.User or Access.UserOrNode), id, keys, "arn:aws:iam::000000000000:user/anna");
    }

    [Fact]
    public async Task Nodes_call_what_their_role_allows_and_nothing_else()
    {
        var role = await _principals.BareNodeRoleAsync();
        await HoldAsync(Operations.Where(operation => operation.Access is Access.Node or Access.UserOrNode), role, NodeKeys(), $"arn:aws:sts::000000000000:assumed-role/nodes/{NodeId}");
    }

    [Fact]
    public void Only_registration_is_open_to_strangers()
    {
        var open = Operations.Where(operation => operation.Access == Access.Anonymous);
        Assert.Equal(["AmazonSSM.RegisterManagedInstance"], open.Select(operation => operation.Target));
    }

    [Fact]
    public void Actions_are_named_after_their_operations()
        => Assert.All(Operations, operation => Assert.Equal($"{operation.Service}:{operation.Target[(operation.Target.LastIndexOf('.') + 1)..]}", operation.Action));

    private async Task HoldAsync(IEnumerable<Operation> operations, string ownerId, AwsCredentials keys, string arn)
    {
        var wrong = new List<string>();
        foreach (var operation in operations)
        {
            var call = ApiCall.Of(operation) with { Credentials = keys };
            var other = operation.Action.Split(':')[0] + ":SomethingElse";
            await _principals.SetPolicyAsync(ownerId, ApiPrincipals.Allow(other));
            var without = await call.SendAsync(_host);
            await _principals.SetPolicyAsync(ownerId, ApiPrincipals.Allow(operation.Action));
            var with = await call.SendAsync(_host);
            await _principals.SetPolicyAsync(ownerId, $$"""{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"},{"Sid":"NotThis","Effect":"Deny","Action":"{{operation.Action}}","Resource":"*"}]}""");
            var forbidden = await call.SendAsync(_host);
            if (with.Status != 200 && with.Error.Message.Contains("not authorized", StringComparison.Ordinal))
                wrong.Add($"{operation.Action} is not enough: {with.Body}");
            if (NeedNoPermission.Contains(operation.Action))
                continue;
            if (!IsDenied(operation, without) || !IsWorded(without.Error.Message, $"because no identity-based policy allows the {operation.Action} action"))
                wrong.Add($"{operation.Action} without permission: {without.Status} {without.Body}");
            if (!IsDenied(operation, forbidden) || !IsWorded(forbidden.Error.Message, "with an explicit deny in an identity-based policy: statement NotThis of "))
                wrong.Add($"{operation.Action} with an explicit deny: {forbidden.Status} {forbidden.Body}");

            bool IsWorded(string message, string reason)
            {
                var start = $"User: {arn} is not authorized to perform: {operation.Action} on resource: ";
                if (!message.StartsWith(start, StringComparison.Ordinal) || message.IndexOf(' ', start.Length) is not (> 0 and var end))
                    return false;
                var resource = message[start.Length..end];
                return (resource == "*" || resource.StartsWith("arn:aws:", StringComparison.Ordinal)) && message[(end + 1)..].StartsWith(reason, StringComparison.Ordinal);
            }
        }
        Assert.Empty(wrong);
    }

    private static bool IsDenied(Operation operation, ApiAnswer answer)
        => answer.Status == (operation is QueryOperation ? 403 : 400) && answer.Error.Code == (operation is QueryOperation ? "AccessDenied" : "AccessDeniedException");

    private AwsCredentials NodeKeys()
    {
        var keys = _host.Services.GetRequiredService<NodeCredentials>().Issue(NodeId, DateTimeOffset.UtcNow);
        return new AwsCredentials(keys.AccessKeyId, keys.SecretAccessKey, keys.SessionToken);
    }
}
