using System.CommandLine;
using Postern.Cli.Output;
using Postern.Protocol.AwsJson;

namespace Postern.Cli.Commands;

internal static class TerminateCommand
{
    public static Verb Build()
    {
        var session = new Argument<string>("SESSION") { Description = "Session id, as listed by postern sessions" };
        var command = new Verb("terminate", "End a session. Ending one that is over already is no error.", """
            Example:
              postern terminate alice-07a16060613c408b5
            """) { session };
        return command.Runs(async (result, token) =>
        {
            using var gateway = GatewayConnection.Open(GatewayOptions.Of(result));
            var request = new TerminateSessionRequest { SessionId = result.GetRequiredValue(session) };
            var ended = await gateway.Client.CallAsync(SsmOperations.TerminateSession, request, token);
            Console.Out.WriteLine($"{ended.SessionId ?? request.SessionId} terminated");
            return ExitCodes.Ok;
        });
    }
}
