using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Postern.Cli.Output;

namespace Postern.Cli.Commands;

internal static class NodesCommand
{
    public static Verb Build()
    {
        var json = new Option<bool>("--json") { Description = "Print a JSON array" };
        var command = new Verb("nodes", "List the registered nodes.", """
            Examples:
              postern nodes
              postern nodes --json | jq -r '.[] | select(.status == "Online").id'
            """) { json };
        return command.Runs(async (result, token) =>
        {
            using var gateway = GatewayConnection.Open(GatewayOptions.Of(result));
            var nodes = await NodeList.ReadAsync(gateway.Client, token);
            if (result.GetValue(json))
            {
                var rows = nodes.Select(n => new NodeRow(n.InstanceId, n.Name, n.ComputerName, n.PingStatus, n.PlatformName, n.IPAddress, n.AgentVersion, n.LastPingDateTime)).ToArray();
                Console.Out.WriteLine(JsonSerializer.Serialize(rows, CliJsonContext.Default.NodeRowArray));
                return ExitCodes.Ok;
            }
            var table = new Table("ID", "NAME", "COMPUTER", "STATUS", "PLATFORM", "ADDRESS", "AGENT", "LAST SEEN");
            foreach (var n in nodes)
                table.Add(n.InstanceId, n.Name, n.ComputerName, n.PingStatus, n.PlatformName, n.IPAddress, n.AgentVersion,
                    n.LastPingDateTime?.ToString("u", CultureInfo.InvariantCulture));
            table.WriteTo(Console.Out);
            return ExitCodes.Ok;
        });
    }
}
