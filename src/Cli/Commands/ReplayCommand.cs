using System.CommandLine;
using Postern.Cli.Output;
using Postern.Cli.Terminal;

namespace Postern.Cli.Commands;

/// <summary>postern replay: plays a recording again.</summary>
internal static class ReplayCommand
{
    public static Verb Build()
    {
        var session = new Argument<string>("SESSION|FILE") { Description = "Session id, or a file that was exported with --format sealed --secrets" };
        var speed = new Option<double>("--speed") { Description = "So many times as fast (1)", HelpName = "N", DefaultValueFactory = _ => 1 };
        var from = new Option<string?>("--from") { Description = "Begin here: seconds, 1:30 or 1:02:03 since the session's start", HelpName = "TIME" };
        var idle = new Option<double?>("--idle-limit") { Description = "Wait at most so many seconds when nothing happens", HelpName = "S" };
        var command = new Verb("replay", "Play a recorded session. The space bar pauses, arrows go 10 seconds back and forth, q leaves.", """
            Into a pipe, the bytes that were shown come as fast as they are read.

            Examples:
              postern replay anna-07a16060613c408b5 --speed 4 --idle-limit 1
              postern replay anna-07a16060613c408b5 --from 1:30
              postern replay session.prec
            """) { session, speed, from, idle };
        return command.Runs(async (result, token) =>
        {
            var (name, rate, limit) = (result.GetRequiredValue(session), result.GetValue(speed), result.GetValue(idle));
            if (rate is not (> 0 and <= 1000) || limit is not (null or > 0))
                throw new CommandException("--speed must be more than 0 and at most 1000, --idle-limit more than 0.", ExitCodes.Usage);
            var start = Offset(result.GetValue(from));
            using var gateway = RecordingSource.IsFile(name) ? null : GatewayConnection.Open(GatewayOptions.Of(result));
            var source = gateway is null ? await RecordingSource.OfFileAsync(name, false, token) : await RecordingSource.OfGatewayAsync(gateway.Client, name, false, token);
            if (source.Facts.Kind is "port" or "ssh")
                throw new CommandException($"{source.Facts.SessionId} is a {source.Facts.Kind} session and has no screen. See what it did with: postern recordings export {name} --format text", ExitCodes.SessionFailed);
            if (Posix.IsTerminal(Posix.StandardOutput) == 0)
            {
                await foreach (var recorded in source.Events.WithCancellation(token))
                    if (recorded.Kind == Protocol.Recordings.RecordingEventKind.Output && recorded.Time >= start.Ticks / TimeSpan.TicksPerMicrosecond)
                        StandardOutput.Out.Write(recorded.Body);
                return ExitCodes.Ok;
            }
            await new ReplayTerminal(source, TimeProvider.System) { Speed = rate, IdleLimit = limit is { } seconds ? TimeSpan.FromSeconds(seconds) : TimeSpan.MaxValue }.RunAsync(start, token);
            return ExitCodes.Ok;
        });
    }

    /// <exception cref="CommandException">It is no time.</exception>
    internal static TimeSpan Offset(string? text)
    {
        var seconds = 0.0;
        foreach (var part in text?.Split(':') ?? [])
            seconds = double.TryParse(part, System.Globalization.NumberStyles.AllowDecimalPoint, System.Globalization.CultureInfo.InvariantCulture, out var value) && value < 1e7
                ? seconds * 60 + value
                : throw new CommandException($"--from {text} is no time. Give seconds, or minutes and seconds as 1:30.", ExitCodes.Usage);
        return TimeSpan.FromSeconds(seconds);
    }
}
