using Postern.Protocol.AwsJson;
using Postern.Server.Api;

namespace Postern.Server.Nodes;

/// <summary>
/// UpdateInstanceInformation: a node says that it lives and what it is. At start an agent sends a small form; were that refused, AWS's
/// agent would sleep for minutes. Empty members count as not given.
/// </summary>
internal sealed class UpdateInstanceInformation(NodeStore nodes)
{
    private const int MaxText = 255, MaxIpAddress = 46;

    public async Task<EmptyResponse> HandleAsync(UpdateInstanceInformationRequest request, CallContext context, CancellationToken cancellationToken)
    {
        var report = new NodeReport(Text(request.AgentName), Text(request.AgentVersion), Text(request.PlatformType), Text(request.PlatformName),
            Text(request.PlatformVersion), Text(request.ComputerName), Text(request.IPAddress));
        new Validation()
            .Required("instanceId", request.InstanceId)
            .Length("agentName", report.AgentName, 1, MaxText)
            .Pattern("agentVersion", report.AgentVersion, NodePatterns.AgentVersion, NodePatterns.AgentVersionModel)
            .OneOf("platformType", report.PlatformType, DescribeInstanceInformation.PlatformTypes)
            .Length("platformName", report.PlatformName, 1, MaxText)
            .Length("platformVersion", report.PlatformVersion, 1, MaxText)
            .Length("computerName", report.ComputerName, 1, MaxText)
            .Length("iPAddress", report.IpAddress, 1, MaxIpAddress)
            .ThrowIfFaulty();
        if (request.InstanceId != context.Caller.NodeId) throw NodeErrors.NotYourself("InstanceId", nameof(UpdateInstanceInformation));
        if (!await nodes.RecordPingAsync(request.InstanceId!, report, cancellationToken)) throw NodeErrors.Gone(request.InstanceId!);
        return new EmptyResponse();
    }

    /// <summary>These are shown on people's terminals: control characters have no place in them.</summary>
    private static string? Text(string? value)
        => string.IsNullOrWhiteSpace(value) ? null : value.Any(char.IsControl) ? new string([.. value.Where(c => !char.IsControl(c))]) : value;
}
