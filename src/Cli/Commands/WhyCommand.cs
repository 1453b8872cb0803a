using System.CommandLine;
using System.Text.Json;
using Postern.Cli.Output;
using Postern.Protocol.AwsJson;

namespace Postern.Cli.Commands;

/// <summary>postern why: the gateway decides as it would for the call itself, and says which statement said so.</summary>
internal static class WhyCommand
{
    public static Verb Build()
    {
        var principal = new Argument<string>("PRINCIPAL") { Description = "User or role, by name or ARN" };
        var action = new Argument<string>("ACTION") { Description = "Such as StartSession or iam:CreateUser; without a service ssm is meant" };
        var target = new Argument<string?>("TARGET") { Description = "Node id or name, session id, document, user, role, or ARN", Arity = ArgumentArity.ZeroOrOne };
        var through = new Argument<string?>("HOST:PORT") { Description = "Where a tunnel through the node leads; PORT alone: on the node", Arity = ArgumentArity.ZeroOrOne };
        var document = new Option<string?>("--document") { Description = "Session document to start with", HelpName = "NAME" };
        var context = new Option<string[]>("--context") { Description = "A condition key and its value, instead of the real one; may be repeated", HelpName = "KEY=VALUE", Arity = ArgumentArity.ZeroOrMore };
        var request = new Option<string?>("--request") { Description = "The request's body, when TARGET cannot say it", HelpName = "JSON" };
        var json = new Option<bool>("--json") { Description = "Print the decisions as JSON" };
        var command = new Verb("why", "Say whether a principal may do something, which statement says so, and what would have to change.", """
            Nothing is done: the gateway decides as it would for the call, with the policies, tags and owners of this moment. Source address and time are
            those of the one who asks; --context sets others. Exit code 0: allowed; 4: denied (or you may not ask: postern:SimulateAccess).

            Examples:
              postern why anna StartSession web-1
              postern why anna StartSession web-1 orders-db:5432
              postern why anna StartSession web-1 --context aws:SourceIp=203.0.113.7
              postern why anna TerminateSession bert-07a16060613c408b5
              postern why role/operators GetDocument SSM-SessionManagerRunShell
              postern why anna iam:CreateAccessKey bert --json
            """) { principal, action, target, through, document, context, request, json };
        return command.Runs(async (result, token) =>
        {
            using var gateway = GatewayConnection.Open(GatewayOptions.Of(result));
            var question = new WhyQuestion(result.GetRequiredValue(action), result.GetValue(target), result.GetValue(through), result.GetValue(document), result.GetValue(request));
            var asked = await question.RequestAsync(gateway.Client, token) with
            {
                Principal = result.GetRequiredValue(principal),
                Context = ContextOf(result.GetValue(context) ?? []),
            };
            var answer = await gateway.Client.CallAsync(SimulationOperations.SimulateAccess, asked, token);
            if (result.GetValue(json))
                Console.Out.WriteLine(JsonSerializer.Serialize(answer, CliJsonContext.Default.SimulateAccessResponse));
            else
                DecisionText.Write(answer, Console.Out);
            return answer.Allowed ? ExitCodes.Ok : ExitCodes.Denied;
        });
    }

    /// <summary>A key given several times has several values.</summary>
    public static Dictionary<string, IReadOnlyList<string>>? ContextOf(IReadOnlyList<string> pairs)
    {
        if (pairs.Count == 0)
            return null;
        var context = new Dictionary<string, IReadOnlyList<string>>(StringComparer.OrdinalIgnoreCase);
        foreach (var pair in pairs)
        {
            var equals = pair.IndexOf('=');
            if (equals <= 0)
                throw new CommandException($"'{pair}' is not KEY=VALUE, such as aws:SourceIp=203.0.113.7.", ExitCodes.Usage);
            context[pair[..equals]] = [.. context.GetValueOrDefault(pair[..equals]) ?? [], pair[(equals + 1)..]];
        }
        return context;
    }
}
