using Postern.Agent.Host;
using Postern.Agent.Registration;
using Postern.Client;
using Postern.Client.Transport;
using Postern.Protocol.AwsJson;
using Postern.Tests.Support;

namespace Postern.Tests.Agent.Host;

/// <summary>The real agent in this process, registered with a real gateway, and a person who uses it.</summary>
internal sealed class NodeUnderTest : IAsyncDisposable
{
    public static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    private readonly TempFolder _folder = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly StringWriter _log = new();
    private Task _running = Task.CompletedTask;

    public required ServerHost Gateway { get; init; }
    public AgentDirectory Directory => new(_folder["node"]);
    public string NodeId { get; private set; } = "";

    public string Log
    {
        get
        {
            lock (_log)
                return _log.ToString();
        }
    }

    public static async Task<NodeUnderTest> StartAsync(ServerHost gateway)
    {
        var node = new NodeUnderTest { Gateway = gateway };
        node.NodeId = await RegisterNode.RunAsync(await node.OptionsAsync(), node.Directory, TimeProvider.System, CancellationToken.None);
        node._running = new AgentRun(node.Directory, allowSudo: false, new AgentLog(TextWriter.Synchronized(node._log), TimeProvider.System), TimeProvider.System).RunAsync(node._stop.Token);
        await node.UntilConnectedAsync();
        return node;
    }

    public async Task<RegisterOptions> OptionsAsync(string? code = null)
    {
        var activation = await Gateway.CreateApiClient().CallAsync(
            SsmOperations.CreateActivation, new CreateActivationRequest { IamRole = "service-role/nodes", RegistrationLimit = 10 }, CancellationToken.None);
        return new RegisterOptions
        {
            Endpoint = Gateway.Endpoint.ToString(),
            ActivationId = activation.ActivationId!,
            ActivationCode = code ?? activation.ActivationCode!,
            Region = Gateway.Options.Region,
            CaPath = Gateway.CaFile,
        };
    }

    public async Task UntilConnectedAsync()
    {
        using var deadline = new CancellationTokenSource(Deadline);
        var api = Gateway.CreateApiClient();
        while ((await api.CallAsync(SsmOperations.GetConnectionStatus, new GetConnectionStatusRequest { Target = NodeId }, deadline.Token)).Status != "connected")
            await Task.Delay(50, deadline.Token);
    }

    public Task<ClientSession> OpenPortAsync(int port, SessionClient client) => client.StartAsync(
        new StartSessionRequest
        {
            Target = NodeId,
            DocumentName = "AWS-StartSSHSession",
            Parameters = new Dictionary<string, IReadOnlyList<string>> { ["portNumber"] = [port.ToString(System.Globalization.CultureInfo.InvariantCulture)] },
        },
        new Postern.Client.SessionOptions(), CancellationToken.None);

    public Task StopAsync()
    {
        _stop.Cancel();
        return _running.WaitAsync(Deadline);
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _folder.Dispose();
    }
}
