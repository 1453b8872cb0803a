using System.CommandLine;
using Postern.Cli.Output;
using Postern.Protocol.AwsJson;

namespace Postern.Cli.Commands;

/// <summary>postern recordings delete: takes a recording away for good.</summary>
internal static class RecordingsDeleteCommand
{
    public static Verb Build()
    {
        var session = new Argument<string>("SESSION") { Description = "Session id, as listed by postern recordings list" };
        var command = new Verb("delete", "Remove a recording for good: its file, its lines in the search index, and what is not delivered yet.", """
            A recording on legal hold, or of a session that goes on, is not removed. Copies in buckets and log groups stay. Needs postern:DeleteRecording.

            Example:
              postern recordings delete anna-07a16060613c408b5
            """) { session };
        return command.Runs(async (result, token) =>
        {
            using var gateway = GatewayConnection.Open(GatewayOptions.Of(result));
            var id = result.GetRequiredValue(session);
            var removed = await gateway.Client.CallAsync(RecordingOperations.DeleteRecording, new DeleteRecordingRequest { SessionId = id }, token);
            await Console.Out.WriteLineAsync($"The recording of {id} was removed. Its hash was {removed.Hash}.");
            return ExitCodes.Ok;
        });
    }
}
