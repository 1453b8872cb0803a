using Postern.Client;
using Postern.Protocol.AwsJson;

namespace Postern.Cli.Commands;

/// <summary>All nodes the caller may see.</summary>
internal static class NodeList
{
    private const int PageSize = 50;

    public static async Task<IReadOnlyList<InstanceInformation>> ReadAsync(SessionClient client, CancellationToken cancellationToken)
    {
        var nodes = new List<InstanceInformation>();
        string? next = null;
        do
        {
            var request = new DescribeInstanceInformationRequest { MaxResults = PageSize, NextToken = next };
            var page = await client.CallAsync(SsmOperations.DescribeInstanceInformation, request, cancellationToken);
            nodes.AddRange(page.InstanceInformationList ?? []);
            next = page.NextToken;
        }
        while (!string.IsNullOrEmpty(next));
        return nodes;
    }
}
