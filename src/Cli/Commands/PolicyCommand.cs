using System.CommandLine;
using System.Text;
using Postern.Cli.Output;

namespace Postern.Cli.Commands;

/// <summary>postern policy test: what a policy says of cases, or of what was really done.</summary>
internal static class PolicyCommand
{
    private const int LongestPolicy = 131_072, LongestLog = 3650;

    public static Command Build()
    {
        var policy = new Verb("policy", "Try a policy before it is attached.", "postern policy test --help has the format of cases.");
        policy.Add(BuildTest());
        policy.SetAction(_ => Verb.Fail(new Failure("Name what to do with the policy: postern policy test FILE --cases CASES", ExitCodes.Usage)));
        return policy;
    }

    private static Verb BuildTest()
    {
        var file = new Argument<string>("FILE") { Description = "The policy document, as it would be attached" };
        var cases = new Option<string?>("--cases") { Description = "File of cases with the decisions expected", HelpName = "CASES" };
        var days = new Option<int?>("--against-log") { Description = "Calls recorded in the last so many days", HelpName = "DAYS" };
        var user = new Option<string?>("--user") { Description = "Of the recorded calls those of this user or role session", HelpName = "NAME" };
        var json = new Option<bool>("--json") { Description = "Print the results as JSON" };
        var command = new Verb("test", "Run a policy against cases, or against what was recorded, and change nothing.", """
            CASES is JSON:
              {
                "context": { "aws:username": "anna" },
                "cases": [
                  {
                    "name": "anna reaches the orders database",
                    "action": "ssm:StartSession",
                    "resource": "arn:aws:ssm:us-east-1:000000000000:managed-instance/mi-0123456789abcdef0",
                    "context": { "ssm:resourceTag/env": "prod", "postern:RemoteHost": "orders-db", "postern:RemotePort": 5432 },
                    "expect": "allowed",
                    "statement": "OrdersDb"
                  }
                ]
              }
            "context" on top is for all cases. A resource may be a list: the names of one resource; without it the action has none. A value may be a list.
            "expect" is allowed or denied; "statement" (a Sid, or a number counted from one) and "name" may be left out.

            --against-log asks the policy alone, as if it were the only one, about calls that were recorded. Tags of that time are not recorded: where
            the policy asks for them, the key is named. A node is known by both of its names.

            Exit code 0: as expected, or nothing that was allowed would be denied; 1: otherwise.

            Examples:
              postern policy test orders-db.json --cases orders-db.cases.json
              postern policy test operators.json --against-log 30 --user anna
            """) { file, cases, days, user, json };
        return command.Runs(async (result, token) =>
        {
            var (casesFile, since) = (result.GetValue(cases), result.GetValue(days));
            if (casesFile is null == since is null)
                throw new CommandException("Give --cases CASES or --against-log DAYS.", ExitCodes.Usage);
            if (since is < 1 or > LongestLog)
                throw new CommandException($"--against-log takes 1 to {LongestLog} days.", ExitCodes.Usage);
            if (casesFile is not null && result.GetValue(user) is not null)
                throw new CommandException("--user belongs to --against-log; cases say who with aws:username.", ExitCodes.Usage);
            var policy = await ReadAsync(result.GetRequiredValue(file), LongestPolicy, token);
            var tests = casesFile is null ? null : PolicyCasesFile.Parse(casesFile, await ReadAsync(casesFile, PolicyCasesFile.MaxLength, token));
            using var gateway = GatewayConnection.Open(GatewayOptions.Of(result));
            tests ??= await RecordedCalls.ReadAsync(gateway.Client, result.GetValue(user), TimeSpan.FromDays(since!.Value), token);
            var report = await PolicyReport.RunAsync(gateway.Client, policy, tests, isLog: casesFile is null, token);
            report.WriteTo(Console.Out, result.GetValue(json));
            return report.Passed ? ExitCodes.Ok : ExitCodes.SessionFailed;
        });
    }

    private static async Task<string> ReadAsync(string path, int most, CancellationToken cancellationToken)
    {
        try
        {
            var length = new FileInfo(path).Length;
            return length <= (long)most * 4 ? await File.ReadAllTextAsync(path, Encoding.UTF8, cancellationToken)
                : throw new CommandException($"{path} has {length} bytes: it is too long.", ExitCodes.Usage);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CommandException($"{path} cannot be read: {e.Message}", ExitCodes.Usage);
        }
    }
}
