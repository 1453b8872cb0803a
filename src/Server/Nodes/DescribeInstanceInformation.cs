using Postern.Protocol.AwsJson;
using Postern.Server.Api;

namespace Postern.Server.Nodes;

/// <summary>DescribeInstanceInformation: the registered nodes, with the filters of <see cref="NodeFilters"/>.</summary>
internal sealed class DescribeInstanceInformation(NodeStore nodes, NodePresence presence)
{
    private const int MinPage = 5, MaxPage = 50;

    /// <summary>Nodes read at a time while looking for those with the wanted ping status, which the table does not hold.</summary>
    private const int BatchSize = 200;

    public static IReadOnlyList<string> PlatformTypes { get; } = ["Windows", "Linux", "MacOS"];

    public async Task<DescribeInstanceInformationResponse> HandleAsync(DescribeInstanceInformationRequest request, CallContext context, CancellationToken cancellationToken)
    {
        new Validation().Range("maxResults", request.MaxResults, MinPage, MaxPage).ThrowIfFaulty();
        var filters = NodeFilters.Parse(request);
        var scope = PageToken.Scope(nameof(DescribeInstanceInformation), filters.Given);
        var size = request.MaxResults ?? MaxPage;
        var found = await FindAsync(filters, PageToken.Read(scope, request.NextToken), size + 1, cancellationToken);
        return new DescribeInstanceInformationResponse
        {
            InstanceInformationList = [.. found.Take(size).Select(Describe)],
            NextToken = found.Count > size ? PageToken.Write(scope, found[size - 1].Id) : null,
        };
    }

    private async Task<List<Node>> FindAsync(NodeFilters filters, string after, int wanted, CancellationToken cancellationToken)
    {
        var found = new List<Node>(wanted);
        if (filters.MatchNothing) return found;
        var batchSize = filters.PingStatuses is null ? wanted : BatchSize;
        while (true)
        {
            var batch = await nodes.PageAsync(filters.Query, after, batchSize, cancellationToken);
            foreach (var node in batch)
            {
                if (filters.PingStatuses?.Contains(presence.PingStatus(node)) == false) continue;
                found.Add(node);
                if (found.Count == wanted) return found;
            }
            if (batch.Count < batchSize) return found;
            after = batch[^1].Id;
        }
    }

    private InstanceInformation Describe(Node node) => new()
    {
        InstanceId = node.Id,
        PingStatus = presence.PingStatus(node),
        LastPingDateTime = presence.LastSeen(node),
        AgentVersion = node.AgentVersion,
        PlatformType = node.PlatformType,
        PlatformName = node.PlatformName,
        PlatformVersion = node.PlatformVersion,
        ActivationId = node.ActivationId,
        IamRole = node.IamRole,
        RegistrationDate = node.RegisteredAt,
        ResourceType = TagStore.ManagedInstance,
        Name = node.Name,
        IPAddress = node.IpAddress,
        ComputerName = node.ComputerName,
        SourceId = node.Id,
        SourceType = "AWS::SSM::ManagedInstance",
    };
}
