using System.Net;
using System.Security.Cryptography;
using Microsoft.Extensions.DependencyInjection;
using Postern.Protocol.AwsJson;
using Postern.Protocol.SigV4;
using Postern.Server.Nodes;
using Postern.Tests.Support;
using static Postern.Tests.Nodes.NodeWorld;

namespace Postern.Tests.Nodes;

/// <summary>A node's life over the wire of a real gateway: activation, registration, keys, reports, end.</summary>
public sealed class NodeLifeTests : IAsyncLifetime, IDisposable
{
    private const string Fingerprint = "8a9c2f4e-0000-4000-8000-000000000001";

    private readonly RSA _key = RSA.Create(2048);
    private readonly PollSignal _time = new();
    private ServerHost _host = null!;
    private AwsJsonClient _admin = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _host = await ServerHost.StartAsync(replace: services => services.AddSingleton<TimeProvider>(_time));
        _admin = _host.CreateApiClient();
    }

    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        Dispose();
    }

    public void Dispose() => _key.Dispose();

    [Fact]
    public async Task A_node_registers_gets_keys_and_reports()
    {
        var id = await RegisterAsync();

        var token = await TokenAsync(id);
        await CallAsNodeAsync(token, SsmOperations.UpdateInstanceInformation, new UpdateInstanceInformationRequest { InstanceId = id, AgentName = "amazon-ssm-agent", AgentVersion = "3.3.1142.0", PlatformType = "Linux" });
        var associations = await CallAsNodeAsync(token, SsmOperations.ListInstanceAssociations, new ListInstanceAssociationsRequest { InstanceId = id, MaxResults = 20 });

        Assert.Empty(associations.Associations!);
        Assert.False(token.UpdateKeyPair);
        Assert.NotNull(token.TokenExpirationDate);
        var node = Assert.Single((await _admin.CallAsync(SsmOperations.DescribeInstanceInformation, new DescribeInstanceInformationRequest(), Cancel)).InstanceInformationList!);
        Assert.Equal((id, "Online", "3.3.1142.0", "ManagedInstance", "web"), (node.InstanceId, node.PingStatus, node.AgentVersion, node.ResourceType, node.Name));
    }

    [Fact]
    public async Task A_registration_answers_without_a_signature_and_nothing_else_does()
    {
        var unsigned = _host.CreateApiClient(() => null);

        await RefusedAsync("InvalidActivation", () => unsigned.CallAsync(SsmOperations.RegisterManagedInstance, new RegisterManagedInstanceRequest
        {
            ActivationId = Guid.NewGuid().ToString(),
            ActivationCode = new string('x', 43),
            Fingerprint = Fingerprint,
            PublicKey = PublicKey,
            PublicKeyType = "Rsa",
        }, Cancel));
        await Assert.ThrowsAsync<AwsErrorException>(() => unsigned.CallAsync(SsmOperations.CreateActivation, new CreateActivationRequest { IamRole = "nodes" }, Cancel));
        await Assert.ThrowsAsync<AwsErrorException>(() => unsigned.CallAsync(SsmOperations.DescribeInstanceInformation, new DescribeInstanceInformationRequest(), Cancel));
    }

    [Fact]
    public async Task Another_fingerprint_or_another_key_gets_no_token()
    {
        var id = await RegisterAsync();
        using var stranger = RSA.Create(2048);

        await RefusedAsync("MachineFingerprintDoesNotMatch", () => TokenAsync(id, fingerprint: "8a9c2f4e-0000-4000-8000-000000000002"));
        await RefusedAsync("MachineFingerprintDoesNotMatch", () => TokenAsync(id, fingerprint: Fingerprint + "0"));
        await Assert.ThrowsAsync<AwsErrorException>(() => TokenAsync(id, stranger));
    }

    [Fact]
    public async Task After_its_key_is_replaced_the_old_one_is_worth_nothing()
    {
        var id = await RegisterAsync();
        using var next = RSA.Create(3072);

        await ByKey(id, _key).CallAsync(SsmOperations.UpdateManagedInstancePublicKey,
            new UpdateManagedInstancePublicKeyRequest { NewPublicKey = Convert.ToBase64String(next.ExportSubjectPublicKeyInfo()), NewPublicKeyType = "Rsa" }, Cancel);

        await Assert.ThrowsAsync<AwsErrorException>(() => TokenAsync(id, _key));
        Assert.NotNull((await TokenAsync(id, next)).SessionToken);
    }

    [Fact]
    public async Task A_node_may_not_do_what_people_do_nor_speak_of_another()
    {
        var (id, other) = (await RegisterAsync(), await RegisterAsync());
        var token = await TokenAsync(id);

        await RefusedAsync("AccessDeniedException", () => CallAsNodeAsync(token, SsmOperations.CreateActivation, new CreateActivationRequest { IamRole = "nodes" }));
        await RefusedAsync("AccessDeniedException", () => CallAsNodeAsync(token, SsmOperations.DescribeInstanceInformation, new DescribeInstanceInformationRequest()));
        await RefusedAsync("AccessDeniedException", () => CallAsNodeAsync(token, SsmOperations.DeregisterManagedInstance, new DeregisterManagedInstanceRequest { InstanceId = id }));
        await RefusedAsync("AccessDeniedException", () => CallAsNodeAsync(token, SsmOperations.UpdateInstanceInformation, new UpdateInstanceInformationRequest { InstanceId = other }));
        await RefusedAsync("AccessDeniedException", () => CallAsNodeAsync(token, Ec2MessagesOperations.GetMessages, new GetMessagesRequest { Destination = other, MessagesRequestId = "0123456789abcdef" }));
        await RefusedAsync("AccessDeniedException", () => _admin.CallAsync(SsmOperations.UpdateInstanceInformation, new UpdateInstanceInformationRequest { InstanceId = id }, Cancel));
    }

    [Fact]
    public async Task Once_deregistered_a_node_is_refused_at_once_with_keys_it_still_holds()
    {
        var id = await RegisterAsync();
        var token = await TokenAsync(id);
        var channel = new RecordingConnection();
        _host.Services.GetRequiredService<NodeConnections>().Attach(id, channel);

        await _admin.CallAsync(SsmOperations.DeregisterManagedInstance, new DeregisterManagedInstanceRequest { InstanceId = id }, Cancel);

        Assert.NotNull(channel.ClosedFor);
        await Assert.ThrowsAsync<AwsErrorException>(() => CallAsNodeAsync(token, SsmOperations.UpdateInstanceInformation, new UpdateInstanceInformationRequest { InstanceId = id }));
        await RefusedAsync("AccessDeniedException", () => TokenAsync(id));
    }

    [Fact]
    public async Task Restarted_the_gateway_still_knows_its_nodes_and_their_keys()
    {
        var id = await RegisterAsync();
        var token = await TokenAsync(id);

        await _host.RestartAsync();

        await CallAsNodeAsync(token, SsmOperations.UpdateInstanceInformation, new UpdateInstanceInformationRequest { InstanceId = id });
        Assert.NotNull((await TokenAsync(id)).SessionToken);
    }

    [Fact]
    public async Task Held_polls_do_not_keep_the_gateway_from_stopping()
    {
        var id = await RegisterAsync();
        var poll = CallAsNodeAsync(await TokenAsync(id), Ec2MessagesOperations.GetMessages, new GetMessagesRequest { Destination = id, MessagesRequestId = "0123456789abcdef" });
        await _time.PollHeld.Task.WaitAsync(TimeSpan.FromSeconds(30), Cancel);

        var restarted = _host.RestartAsync();

        Assert.Empty((await poll).Messages!);
        await restarted;
    }

    private async Task<string> RegisterAsync()
    {
        var activation = await _admin.CallAsync(SsmOperations.CreateActivation, new CreateActivationRequest { IamRole = "service-role/nodes", DefaultInstanceName = "web" }, Cancel);
        return (await _host.CreateApiClient(() => null).CallAsync(SsmOperations.RegisterManagedInstance, new RegisterManagedInstanceRequest
        {
            ActivationId = activation.ActivationId,
            ActivationCode = activation.ActivationCode,
            Fingerprint = Fingerprint,
            PublicKey = Convert.ToBase64String(_key.ExportSubjectPublicKeyInfo()),
            PublicKeyType = "Rsa",
        }, Cancel)).InstanceId!;
    }

    private AwsJsonClient ByKey(string id, RSA key) => AwsJsonClient.ForNodeKey(_host.Http, _host.Endpoint, _host.Options.Region, id, key, TimeProvider.System);

    private Task<RequestManagedInstanceRoleTokenResponse> TokenAsync(string id, RSA? key = null, string fingerprint = Fingerprint)
        => ByKey(id, key ?? _key).CallAsync(SsmOperations.RequestManagedInstanceRoleToken, new RequestManagedInstanceRoleTokenRequest { Fingerprint = fingerprint }, Cancel);

    private Task<TResponse> CallAsNodeAsync<TRequest, TResponse>(RequestManagedInstanceRoleTokenResponse token, AwsOperation<TRequest, TResponse> operation, TRequest request)
        => _host.CreateApiClient(() => new AwsCredentials(token.AccessKeyId!, token.SecretAccessKey!, token.SessionToken)).CallAsync(operation, request, Cancel);

    /// <summary>The system's clock; tells when a poll is held.</summary>
    private sealed class PollSignal : TimeProvider
    {
        public TaskCompletionSource PollHeld { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            if (dueTime == MessagePolls.Hold) PollHeld.TrySetResult();
            return base.CreateTimer(callback, state, dueTime, period);
        }
    }
}
