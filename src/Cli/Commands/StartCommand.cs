using System.CommandLine;
using System.Runtime.InteropServices;
using Postern.Cli.Output;
using Postern.Cli.Terminal;
using Postern.Client;
using Postern.Protocol.AwsJson;

namespace Postern.Cli.Commands;

internal static class StartCommand
{
    private const string InteractiveDocument = "AWS-StartInteractiveCommand";
    private const string NonInteractiveDocument = "AWS-StartNonInteractiveCommand";

    public static Verb Build()
    {
        var target = new Argument<string>("TARGET") { Description = "Node id or name" };
        var words = new Argument<string[]>("COMMAND") { Description = "Command to run instead of a shell, after --", Arity = ArgumentArity.ZeroOrMore };
        var reason = new Option<string?>("--reason") { Description = "Why; kept with the session", HelpName = "TEXT" };
        var command = new Verb("start", "Open a shell on a node, or run one command there. Enter ~ . ends a shell that hangs.", """
            A command's exit code is passed on when the node reports it. With several words their borders are kept; one word is
            given to the node's shell as it is.

            Examples:
              postern start web-1
              postern start mi-0123456789abcdef0 --reason "restart of the queue"
              postern start web-1 -- systemctl status nginx
              postern start web-1 -- uptime < /dev/null
            """) { target, words, reason };
        return command.Runs((result, token) => RunAsync(
            GatewayOptions.Of(result), result.GetRequiredValue(target), result.GetValue(words) ?? [], result.GetValue(reason), token));
    }

    public static async Task<int> RunAsync(Config.SettingOptions settings, string target, string[] words, string? reason, CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var signals = new Signals().On(stop.Cancel, PosixSignal.SIGTERM, PosixSignal.SIGHUP);
        using var early = new Signals().On(stop.Cancel, PosixSignal.SIGINT, PosixSignal.SIGQUIT);
        using var gateway = GatewayConnection.Open(settings);
        var node = await TargetResolver.ResolveAsync(gateway.Client, target, stop.Token);
        await using var session = await gateway.Client.StartAsync(Request(node, words, reason), SessionNotices.Options, stop.Token);
        SessionFacts facts;
        try
        {
            facts = await session.Ready.WaitAsync(stop.Token);
        }
        catch (OperationCanceledException)
        {
            await session.TerminateAsync();
            throw;
        }
        early.Dispose(); // from here on these are keys of the remote terminal
        return await JoinAsync(session, facts, stop.Token);
    }

    private static StartSessionRequest Request(string node, string[] words, string? reason)
    {
        if (words.Length == 0)
            return new StartSessionRequest { Target = node, Reason = reason };
        var interactive = Posix.IsTerminal(Posix.StandardInput) != 0;
        var command = CommandLine.Join(words);
        // Without a terminal nodes run a program, not a shell's command line.
        if (!interactive && words.Length == 1)
            command = $"sh -c {CommandLine.Quote(command)}";
        return new StartSessionRequest
        {
            Target = node,
            Reason = reason,
            DocumentName = interactive ? InteractiveDocument : NonInteractiveDocument,
            Parameters = new Dictionary<string, IReadOnlyList<string>> { ["command"] = [command] },
        };
    }

    private static async Task<int> JoinAsync(ClientSession session, SessionFacts facts, CancellationToken stopping)
    {
        await new ShellTerminal(session, facts) { Escape = true, StayAfterInput = true }.RunAsync(stopping);
        await session.TerminateAsync();
        var ended = await session.Ended;
        if (ended.IsFailure && ended.Output.Length > 0)
            StandardOutput.Error.Text($"postern: {ended.Output}\n");
        if (session.ExitCode is { } code)
            return code;
        if (facts.ExitCode && ended is { IsFailure: false, Reason: SessionEndReason.ChannelClosed })
        {
            StandardOutput.Error.Text("postern: the session ended before the command's exit code came: the end of its output may be missing\n");
            return ExitCodes.SessionFailed;
        }
        return ended.IsFailure ? Failure.OfEnd(ended).ExitCode : ExitCodes.Ok;
    }
}
