using Postern.Cli.Output;

namespace Postern.Cli.Commands;

/// <summary>postern audit export: the chained log on standard output, for a copy elsewhere and for verify --file.</summary>
internal static class AuditExportCommand
{
    public static Verb Build() => new Verb("export", "Print the whole audit log as it is chained, a line of JSON for each entry.", """
        Examples:
          postern audit export > audit.jsonl
          postern audit verify --file audit.jsonl --key /var/lib/postern-server/master.key
        """).Runs(async (result, token) =>
        {
            using var gateway = GatewayConnection.Open(GatewayOptions.Of(result));
            await foreach (var line in AuditSource.OfGateway(gateway.Client, token))
                await Console.Out.WriteLineAsync(line);
            return ExitCodes.Ok;
        });
}
