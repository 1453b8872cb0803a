using System.Text.Json;
using Postern.Bench.Processes;
using Postern.Bench.Servers;
using Postern.Protocol.AwsJson;

namespace Postern.Bench.Columns;

/// <summary>A session-manager-plugin, ours or AWS's, started as an SDK's user starts it: after a call of StartSession.</summary>
internal sealed class PluginColumn(string name, string description, Gateway gateway, Node node, string plugin) : Column(name, description)
{
    private const string ResponseVariable = "AWS_SSM_START_SESSION_RESPONSE";

    public override IReadOnlyList<Part> Servers => [new("gateway", gateway.ProcessId), new("agent", node.ProcessId)];

    public override (Gateway Gateway, string Node)? Sessions => (gateway, node.Id);

    public override Task<Command?> TunnelAsync(int localPort, int destination, CancellationToken cancellationToken) => PluginAsync(new()
    {
        Target = node.Id,
        DocumentName = "AWS-StartPortForwardingSession",
        Parameters = new Dictionary<string, IReadOnlyList<string>> { ["portNumber"] = [$"{destination}"], ["localPortNumber"] = [$"{localPort}"] },
    }, cancellationToken);

    public override Task<Command?> ShellAsync(CancellationToken cancellationToken) => PluginAsync(new() { Target = node.Id }, cancellationToken);

    private async Task<Command?> PluginAsync(StartSessionRequest request, CancellationToken cancellationToken)
    {
        var started = await gateway.Api.CallAsync(SsmOperations.StartSession, request, cancellationToken);
        var response = JsonSerializer.Serialize(new { started.SessionId, started.TokenValue, started.StreamUrl });
        return new Command(plugin, ResponseVariable, Gateway.Region, "StartSession", "", JsonSerializer.Serialize(new { request.Target }), gateway.Endpoint)
        {
            Environment = new Dictionary<string, string?>(gateway.Administrator) { [ResponseVariable] = response, ["SSL_CERT_FILE"] = gateway.CaFile },
            // Told by SIGTERM, AWS's plugin leaves its session behind.
            StopSignal = Native.SigInt,
        };
    }
}
