using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Postern.Cli.Output;
using Postern.Protocol.AwsJson;

namespace Postern.Cli.Commands;

internal static class ActivateCommand
{
    private const string DefaultRole = "service-role/nodes";
    private const string DefaultExpiry = "24h";
    private const int MostDays = 30;

    public static Verb Build()
    {
        var name = new Option<string?>("--name") { Description = "Name the nodes get", HelpName = "NAME" };
        var limit = new Option<int>("--limit") { Description = "How many nodes may register, 1 to 1000", HelpName = "N", DefaultValueFactory = _ => 1 };
        var expires = new Option<string>("--expires") { Description = "How long the activation is valid: 45m, 24h or 7d", HelpName = "TIME", DefaultValueFactory = _ => DefaultExpiry };
        var role = new Option<string>("--role") { Description = "Role the nodes get", HelpName = "ROLE", DefaultValueFactory = _ => DefaultRole };
        var json = new Option<bool>("--json") { Description = "Print a JSON object" };
        var command = new Verb("activate", "Make a code with which nodes register, and print the commands to run on them.", """
            Examples:
              postern activate --name db-net-1
              postern activate --name edge --limit 50 --expires 7d
            """) { name, limit, expires, role, json };
        return command.Runs(async (result, token) =>
        {
            var until = DateTimeOffset.UtcNow + ParseExpiry(result.GetRequiredValue(expires));
            using var gateway = GatewayConnection.Open(GatewayOptions.Of(result));
            var made = await gateway.Client.CallAsync(SsmOperations.CreateActivation, new CreateActivationRequest
            {
                DefaultInstanceName = result.GetValue(name),
                RegistrationLimit = result.GetValue(limit),
                ExpirationDate = until,
                IamRole = result.GetRequiredValue(role),
            }, token);
            var ca = gateway.Settings.CaFile is null ? "" : " --ca ca.pem";
            // The code in the environment: an argument could be read by every user of the node while the command runs.
            var register = $"POSTERN_ACTIVATION_CODE={made.ActivationCode} postern-agent register --endpoint {gateway.Settings.Endpoint.GetLeftPart(UriPartial.Authority)} --activation-id {made.ActivationId}{ca}";
            const string run = "postern-agent run";
            if (result.GetValue(json))
            {
                var row = new ActivationRow(made.ActivationId, made.ActivationCode, until, register, run);
                Console.Out.WriteLine(JsonSerializer.Serialize(row, CliJsonContext.Default.ActivationRow));
                return ExitCodes.Ok;
            }
            Console.Out.WriteLine($"Valid until {until.ToString("u", CultureInfo.InvariantCulture)} for {result.GetValue(limit)} node(s). Run on the node:");
            if (ca.Length > 0)
                Console.Out.WriteLine($"  # with a copy of {gateway.Settings.CaFile} there as ca.pem");
            Console.Out.WriteLine($"  {register}");
            Console.Out.WriteLine($"  {run}");
            return ExitCodes.Ok;
        });
    }

    public static TimeSpan ParseExpiry(string text)
    {
        if (text.Length > 1 && int.TryParse(text[..^1], NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count is > 0 and < 100_000)
        {
            TimeSpan? time = text[^1] switch
            {
                'm' => TimeSpan.FromMinutes(count),
                'h' => TimeSpan.FromHours(count),
                'd' => TimeSpan.FromDays(count),
                _ => null,
            };
            if (time is { } known && known <= TimeSpan.FromDays(MostDays))
                return known;
        }
        throw new CommandException($"'{text}' is not a time for --expires; write 45m, 24h or 7d, at most {MostDays} days.", ExitCodes.Usage);
    }
}
