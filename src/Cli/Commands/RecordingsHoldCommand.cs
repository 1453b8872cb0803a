using System.CommandLine;
using Postern.Cli.Output;
using Postern.Protocol.AwsJson;

namespace Postern.Cli.Commands;

/// <summary>postern recordings hold: whether a recording must be kept.</summary>
internal static class RecordingsHoldCommand
{
    public static Verb Build()
    {
        var session = new Argument<string>("SESSION") { Description = "Session id, as listed by postern recordings list" };
        var reason = new Option<string?>("--reason") { Description = $"Why it must be kept: up to {PutLegalHoldRequest.MaxReason} characters", HelpName = "TEXT" };
        var release = new Option<bool>("--release") { Description = "End the hold" };
        var command = new Verb("hold", "Keep a recording whatever its age, and from being deleted, until the hold is released.", """
            Needs postern:PutLegalHold. Who said so is in the audit log, and the reason in the list of recordings.

            Examples:
              postern recordings hold anna-07a16060613c408b5 --reason "Case 2026-114"
              postern recordings hold anna-07a16060613c408b5 --release
            """) { session, reason, release };
        return command.Runs(async (result, token) =>
        {
            var (id, why, ends) = (result.GetRequiredValue(session), result.GetValue(reason), result.GetValue(release));
            if (string.IsNullOrEmpty(why) != ends)
                throw new CommandException("Say why with --reason TEXT, or end the hold with --release.", ExitCodes.Usage);
            using var gateway = GatewayConnection.Open(GatewayOptions.Of(result));
            await gateway.Client.CallAsync(RecordingOperations.PutLegalHold, new PutLegalHoldRequest { SessionId = id, Reason = ends ? null : why, Release = ends ? true : null }, token);
            await Console.Out.WriteLineAsync(ends ? $"The recording of {id} is not held any more." : $"The recording of {id} is held: {why}");
            return ExitCodes.Ok;
        });
    }
}
