using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Postern.Cli.Output;
using Postern.Protocol.AwsJson;

namespace Postern.Cli.Commands;

/// <summary>postern events dead-letters: what targets did not take.</summary>
internal static class DeadLettersCommand
{
    public static Verb Build()
    {
        var command = new Verb("dead-letters", "Events that a rule's target did not take: list, retry or drop them.", """
            Examples:
              postern events dead-letters list --rule alarm
              postern events dead-letters retry --rule alarm
              postern events dead-letters drop --id 2f6c…
            """);
        command.Add(List());
        command.Add(Change("retry", "Send them again, in the order they had.", EventLogOperations.RedriveDeadLetters, "sent again"));
        command.Add(Change("drop", "Delete them.", EventLogOperations.DeleteDeadLetters, "dropped"));
        return command;
    }

    private static (Option<string?> Rule, Option<string?> Target, Option<string?> Id) Options() => (
        new("--rule") { Description = "Those of this rule", HelpName = "RULE" },
        new("--target") { Description = "Those of this target of the rule", HelpName = "ID" },
        new("--id") { Description = "This one", HelpName = "ID" });

    private static Verb List()
    {
        var (rule, target, id) = Options();
        var json = new Option<bool>("--json") { Description = "Print them as JSON, one on a line" };
        return new Verb("list", "List them, the oldest first.", "") { rule, target, id, json }.Runs(async (result, token) =>
        {
            using var gateway = GatewayConnection.Open(GatewayOptions.Of(result));
            var request = new DeadLettersRequest { Rule = result.GetValue(rule), TargetId = result.GetValue(target), Id = result.GetValue(id) };
            var letters = (await gateway.Client.CallAsync(EventLogOperations.ListDeadLetters, request, token)).DeadLetters ?? [];
            if (result.GetValue(json))
            {
                foreach (var letter in letters)
                    Console.Out.WriteLine(JsonSerializer.Serialize(new DeadLetterRow(letter.Id, letter.Rule, letter.TargetId, letter.TargetArn, letter.DiedAt, letter.Attempts, letter.Error, letter.Event), CliJsonContext.Default.DeadLetterRow));
                return ExitCodes.Ok;
            }
            var table = new Table("ID", "RULE", "TARGET", "DIED", "ATTEMPTS", "ERROR");
            foreach (var letter in letters)
                table.Add(letter.Id, letter.Rule, letter.TargetId, SessionsCommand.Text(letter.DiedAt), letter.Attempts?.ToString(CultureInfo.InvariantCulture), letter.Error);
            table.WriteTo(Console.Out);
            return ExitCodes.Ok;
        });
    }

    private static Verb Change(string name, string description, AwsOperation<DeadLettersRequest, DeadLettersResponse> operation, string done)
    {
        var (rule, target, id) = Options();
        var all = new Option<bool>("--all") { Description = "All there are" };
        return new Verb(name, description, "") { rule, target, id, all }.Runs(async (result, token) =>
        {
            var request = new DeadLettersRequest { Rule = result.GetValue(rule), TargetId = result.GetValue(target), Id = result.GetValue(id) };
            if (request == new DeadLettersRequest() && !result.GetValue(all))
                throw new CommandException("Say which: --rule, --target, --id or --all.", ExitCodes.Usage);
            using var gateway = GatewayConnection.Open(GatewayOptions.Of(result));
            var count = (await gateway.Client.CallAsync(operation, request, token)).Count;
            Console.Out.WriteLine($"{count.ToString(CultureInfo.InvariantCulture)} {done}.");
            return ExitCodes.Ok;
        });
    }
}
