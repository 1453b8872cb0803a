using Microsoft.Extensions.DependencyInjection;
using Postern.Protocol.SigV4;
using Postern.Server.Api;
using Postern.Server.Iam;
using Postern.Tests.Support;

namespace Postern.Tests.Api;

/// <summary>Every registered operation is called by everybody who may not: nobody gets through, and a new operation is covered the day it is added.</summary>
public sealed class PermissionTests : IAsyncLifetime
{
    private const string NodeId = "mi-0123456789abcdef0";
    private ServerHost _host = null!;

    public async ValueTask InitializeAsync() => _host = await ServerHost.StartAsync(replace: services => services
        .AddSingleton<FindNode>((id, _) => new(new NodeIdentity(id, "NodeRole", []))));

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task Nobody_calls_what_was_not_declared_for_them()
    {
        var keys = _host.Services.GetRequiredService<NodeCredentials>().Issue(NodeId, DateTimeOffset.UtcNow);
        var callers = new (Access Kind, AwsCredentials? Keys)[]
        {
            (Access.User, _host.Administrator),
            (Access.Node, new AwsCredentials(keys.AccessKeyId, keys.SecretAccessKey, keys.SessionToken)),
        };
        var operations = _host.Services.GetRequiredService<OperationRegistry>().All;
        Assert.NotEmpty(operations);
        var through = new List<string>();
        foreach (var operation in operations.Where(operation => operation.Access != Access.Anonymous))
        {
            var call = ApiCall.Of(operation);
            var (missing, denied) = operation is QueryOperation ? ("MissingAuthenticationToken", "AccessDenied") : ("MissingAuthenticationTokenException", "AccessDeniedException");
            var unsigned = await call.SendAsync(_host);
            if (unsigned.Error.Code != missing)
                through.Add($"{operation.Target} answered {unsigned.Error.Code} without a signature");
            foreach (var (kind, credentials) in callers.Where(caller => operation.Access != caller.Kind && operation.Access != Access.UserOrNode))
            {
                var answer = await (call with { Credentials = credentials }).SendAsync(_host);
                if (answer.Status is not (400 or 403) || answer.Error.Code != denied || !answer.Error.Message.EndsWith($"is not authorized to perform: {operation.Action}", StringComparison.Ordinal))
                    through.Add($"{operation.Target} answered a {kind}: {answer.Status} {answer.Body}");
            }
        }
        Assert.Empty(through);
    }

    [Fact]
    public void Only_registration_is_open_to_strangers()
    {
        var open = _host.Services.GetRequiredService<OperationRegistry>().All.Where(operation => operation.Access == Access.Anonymous);
        Assert.Equal(["AmazonSSM.RegisterManagedInstance"], open.Select(operation => operation.Target));
    }

    [Fact]
    public void Actions_are_named_after_their_operations()
        => Assert.All(_host.Services.GetRequiredService<OperationRegistry>().All,
            operation => Assert.Equal($"{operation.Service}:{operation.Target[(operation.Target.LastIndexOf('.') + 1)..]}", operation.Action));
}
