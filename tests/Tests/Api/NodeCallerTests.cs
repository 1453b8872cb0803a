using System.Security.Cryptography;
using Microsoft.Extensions.DependencyInjection;
using Postern.Protocol.SigV4;
using Postern.Server.Iam;
using Postern.Tests.Support;

namespace Postern.Tests.Api;

/// <summary>Nodes as callers: their temporary keys, their RSA key, and what they may not do.</summary>
public sealed class NodeCallerTests : IAsyncLifetime
{
    private const string NodeId = "mi-0123456789abcdef0", OtherId = "mi-0fedcba9876543210";
    private const string UserOperation = "AmazonSSM.DescribeInstanceInformation", NodeOperation = "AmazonSSM.ListInstanceAssociations",
        NodeKeyOperation = "AmazonSSM.UpdateManagedInstancePublicKey";

    private readonly RSA _key = RSA.Create(2048);
    private readonly TestTime _time = new();
    private readonly HashSet<string> _registered = [NodeId, OtherId];
    private Exception? _lookupFails;
    private ServerHost _host = null!;

    public async ValueTask InitializeAsync() => _host = await ServerHost.StartAsync(replace: services => services
        .AddSingleton<TimeProvider>(_time)
        .AddSingleton<FindNode>((id, _) => _lookupFails is { } failure ? throw failure
            : new(_registered.Contains(id) ? new NodeIdentity(id, "service-role/nodes", _key.ExportSubjectPublicKeyInfo()) : null)));

    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        _key.Dispose();
    }

    [Fact]
    public async Task Temporary_keys_call_what_nodes_may_call()
    {
        var answer = await (Node() with { Target = NodeOperation, Body = $$"""{"InstanceId":"{{NodeId}}"}""" }).SendAsync(_host);
        Assert.Equal((200, ""), (answer.Status, answer.Status == 200 ? "" : answer.Body));
    }

    [Fact]
    public async Task A_node_may_not_call_what_users_may()
    {
        var answer = await (Node() with { Target = UserOperation }).SendAsync(_host);
        Assert.Equal((400, "AccessDeniedException"), (answer.Status, answer.Error.Code));
        Assert.Equal($"User: arn:aws:sts::000000000000:assumed-role/nodes/{NodeId} is not authorized to perform: ssm:DescribeInstanceInformation", answer.Error.Message);
    }

    [Fact]
    public async Task A_user_may_not_call_what_nodes_may()
    {
        var answer = await new ApiCall { Credentials = _host.Administrator, Target = NodeOperation }.SendAsync(_host);
        Assert.Equal("User: arn:aws:iam::000000000000:user/admin is not authorized to perform: ssm:ListInstanceAssociations", answer.Error.Message);
    }

    [Fact]
    public async Task An_operation_of_the_nodes_own_key_takes_no_other()
    {
        Assert.Equal("AccessDeniedException", (await (Node() with { Target = NodeKeyOperation }).SendAsync(_host)).Error.Code);
        Assert.Equal("AccessDeniedException", (await new ApiCall { Credentials = _host.Administrator, Target = NodeKeyOperation }.SendAsync(_host)).Error.Code);
        var reached = await new ApiCall { NodeKey = _key, NodeId = NodeId, Target = NodeKeyOperation, Chunked = true }.SendAsync(_host);
        Assert.DoesNotContain("not authorized", reached.Body);
        Assert.Equal(400, reached.Status); // it came through: what is left to complain about is its empty body
    }

    [Fact]
    public async Task The_nodes_own_key_calls_nothing_else()
        => Assert.Equal("AccessDeniedException", (await new ApiCall { NodeKey = _key, NodeId = NodeId, Target = NodeOperation }.SendAsync(_host)).Error.Code);

    [Fact]
    public async Task Another_key_than_the_registered_one_is_refused()
    {
        using var other = RSA.Create(2048);
        Assert.Equal("InvalidSignatureException", (await new ApiCall { NodeKey = other, NodeId = NodeId, Target = NodeKeyOperation }.SendAsync(_host)).Error.Code);
    }

    [Fact]
    public async Task Temporary_keys_end_after_an_hour()
    {
        var call = Node() with { Target = NodeOperation };
        _time.Ahead = TimeSpan.FromMinutes(61);
        Assert.Equal("ExpiredTokenException", (await (call with { Date = _time.GetUtcNow() }).SendAsync(_host)).Error.Code);
    }

    [Fact]
    public async Task Temporary_keys_end_with_the_nodes_registration()
    {
        var call = Node() with { Target = NodeOperation };
        _registered.Remove(NodeId);
        Assert.Equal("UnrecognizedClientException", (await call.SendAsync(_host)).Error.Code);
    }

    [Fact]
    public async Task A_token_of_another_node_is_refused()
    {
        var mine = Keys(NodeId);
        var call = new ApiCall { Credentials = mine with { SessionToken = Keys(OtherId).SessionToken }, Target = NodeOperation };
        Assert.Equal("UnrecognizedClientException", (await call.SendAsync(_host)).Error.Code);
    }

    [Fact]
    public async Task A_failure_inside_is_a_500_that_tells_only_the_request_id()
    {
        var call = Node() with { Target = NodeOperation };
        _lookupFails = new InvalidOperationException("secret detail");
        var answer = await call.SendAsync(_host);
        Assert.Equal((500, "InternalServerError"), (answer.Status, answer.Error.Code));
        Assert.DoesNotContain("secret detail", answer.Body);
        Assert.Contains(answer.Headers.GetValues("x-amzn-RequestId").Single(), answer.Error.Message);
    }

    [Fact]
    public async Task Sts_says_who_a_node_is()
    {
        var answer = await StsCalls.GetCallerIdentity(Keys(NodeId)).SendAsync(_host);
        Assert.Contains($"<Arn>arn:aws:sts::000000000000:assumed-role/nodes/{NodeId}</Arn>", answer.Body);
        Assert.Matches($"<UserId>AROA[A-Z2-7]{{17}}:{NodeId}</UserId>", answer.Body);
    }

    private ApiCall Node() => new() { Credentials = Keys(NodeId) };

    private AwsCredentials Keys(string nodeId)
    {
        var keys = _host.Services.GetRequiredService<NodeCredentials>().Issue(nodeId, _time.GetUtcNow());
        return new AwsCredentials(keys.AccessKeyId, keys.SecretAccessKey, keys.SessionToken);
    }
}
