using System.Security.Cryptography;
using Microsoft.Extensions.Logging.Abstractions;
using Postern.Protocol.AwsJson;
using Postern.Server.Api;
using Postern.Server.Iam;
using Postern.Server.Nodes;
using Postern.Server.Peers;
using Postern.Server.Storage;
using Postern.Tests.Iam;
using Postern.Tests.Support;

namespace Postern.Tests.Nodes;

/// <summary>The operations of Nodes over a real database, called as the front door calls them, with a clock that can be moved.</summary>
internal sealed class NodeWorld(Database database)
{
    public static string PublicKey { get; } = NewPublicKey(2048);

    /// <summary>Its roles are those of <see cref="SeedAsync"/>.</summary>
    public IamWorld Iam { get; } = new(database);

    public ManualTime Time { get; } = new();
    public PeerSigns Peers => field ??= new PeerSigns(Time);
    public NodeConnections Connections { get; } = new();
    public NodeRemovals Removals { get; } = new();
    public NodeStore Nodes => field ??= new NodeStore(database, Time);
    public ActivationStore Activations => field ??= new ActivationStore(database);
    public TagStore TagStore => field ??= new TagStore(database);
    public NodePresence Presence => field ??= new NodePresence(Connections, Peers, new Postern.Server.Settings.ServerOptions(), Time);

    public CreateActivation CreateActivation => new(Activations, new NodeRoles(Iam.Principals), Time);
    public DescribeActivations DescribeActivations => new(Activations, TagStore, Time);
    public DeleteActivation DeleteActivation => new(Activations);
    public RegisterManagedInstance Register => new(Activations, Time, NullLogger<RegisterManagedInstance>.Instance);
    public UpdateManagedInstancePublicKey UpdatePublicKey => new(Nodes, NullLogger<UpdateManagedInstancePublicKey>.Instance);
    public UpdateInstanceInformation UpdateInformation => new(Nodes);
    public DescribeInstanceInformation DescribeInformation => new(Nodes, Presence);
    public GetConnectionStatus ConnectionStatus => new(Nodes, Presence);
    public DeregisterManagedInstance Deregister => new(Nodes, Connections, Removals, NullLogger<DeregisterManagedInstance>.Instance);
    public ResourceTags Tags => new(TagStore, [TagStore.Nodes]);

    public Task SeedAsync() => Iam.Seed.CreateRolesAsync(default);

    public static CallContext Admin { get; } = Context(new Caller(Access.User, "000000000000", "arn:aws:iam::000000000000:user/admin", "AIDA", "admin"));
    public static CallContext Stranger { get; } = Context(Caller.Anonymous("000000000000"));

    public static CallContext As(string nodeId, Access kind = Access.Node)
        => Context(new Caller(kind, "000000000000", $"arn:aws:ssm:us-east-1:000000000000:managed-instance/{nodeId}", nodeId, nodeId, nodeId));

    private static CallContext Context(Caller caller) => new(caller, new Uri("https://localhost:8443"), "127.0.0.1", "request-id") { Arns = new Arns("us-east-1", caller.AccountId) };

    public static string NewPublicKey(int bits)
    {
        using var rsa = RSA.Create(bits);
        return Convert.ToBase64String(rsa.ExportSubjectPublicKeyInfo());
    }

    public Task<CreateActivationResponse> ActivateAsync(int limit = 1, string? name = null, params Tag[] tags) => CreateActivation.HandleAsync(
        new CreateActivationRequest { IamRole = "nodes", RegistrationLimit = limit, DefaultInstanceName = name, Tags = tags }, Admin, default);

    public async Task<string> RegisterAsync(CreateActivationResponse activation, string? code = null, RegisterManagedInstance? register = null) => (await (register ?? Register).HandleAsync(new RegisterManagedInstanceRequest
    {
        ActivationId = activation.ActivationId,
        ActivationCode = code ?? activation.ActivationCode,
        Fingerprint = "8a9c2f4e-0000-4000-8000-000000000001",
        PublicKey = PublicKey,
        PublicKeyType = "Rsa",
    }, Stranger, default)).InstanceId!;

    public async Task<string> NewNodeAsync(string? name = null, params Tag[] tags) => await RegisterAsync(await ActivateAsync(1, name, tags));

    public Task PingAsync(string nodeId, string version = "3.3.1142.0", string platform = "Linux") => UpdateInformation.HandleAsync(
        new UpdateInstanceInformationRequest { InstanceId = nodeId, AgentName = "amazon-ssm-agent", AgentVersion = version, PlatformType = platform }, As(nodeId), default);

    public static async Task<AwsErrorException> RefusedAsync(string code, Func<Task> call)
    {
        var error = await Assert.ThrowsAsync<AwsErrorException>(call);
        Assert.Equal(code, error.Code);
        return error;
    }
}

/// <summary>A control channel that only remembers what happened to it.</summary>
internal sealed class RecordingConnection : INodeConnection
{
    public string? ClosedFor { get; private set; }

    public bool TryPost(byte[] frame) => ClosedFor is null;

    public void Close(string reason) => ClosedFor ??= reason;
}
