using System.CommandLine;
using System.CommandLine.Invocation;
using System.CommandLine.Parsing;
using Postern.Cli.Output;
using Postern.Cli.Terminal;

namespace Postern.Cli.Commands;

/// <summary>The verbs of postern.</summary>
internal static class PosternProgram
{
    public static Task<int> RunAsync(string[] args)
    {
        // ssh's own arguments must not be parsed as ours, and a ProxyCommand has no time for it.
        if (args is ["ssh", .. var rest] && SshArguments.TryParse(rest, out var ssh))
            return Verb.GuardAsync(() => SshVerb.RunAsync(ssh));
        if (args is ["start", .. var shell] && PlainArguments.TryParse(shell, out var start) && start.Operands is [var target])
            return Verb.GuardAsync(() => StartCommand.RunAsync(start.Settings, target, [], null, default));
        if (args is ["forward", .. var ports] && PlainArguments.TryParse(ports, out var forward) && forward.Operands is [var node, _, ..])
            return Verb.GuardAsync(() => ForwardCommand.RunAsync(forward.Settings, node, forward.Operands.AsSpan(1), ForwardOptions.Plain));
        return ParseAndRunAsync(args);
    }

    public static RootCommand BuildCommand()
    {
        var root = new RootCommand("Shells and tunnels to nodes behind a gateway. TARGET is a node id (mi-...), or the name of one node.");
        VerbHelp.AddTo(root);
        GatewayOptions.AddTo(root);
        root.Add(StartCommand.Build());
        root.Add(ForwardCommand.Build());
        root.Add(SshCommand.Build());
        root.Add(NodesCommand.Build());
        root.Add(ActivateCommand.Build());
        root.Add(SessionsCommand.Build());
        root.Add(TerminateCommand.Build());
        root.Add(WatchCommand.Build());
        root.Add(ReplayCommand.Build());
        root.Add(RecordingsCommand.Build());
        root.Add(SearchCommand.Build());
        root.Add(AuditCommand.Build());
        root.Add(EventsCommand.Build());
        root.Add(WhyCommand.Build());
        root.Add(PolicyCommand.Build());
        return root;
    }

    private static Task<int> ParseAndRunAsync(string[] args)
    {
        if (args.Length == 0)
        {
            BuildCommand().Parse(["--help"]).Invoke(new InvocationConfiguration { Output = Console.Error });
            return Task.FromResult(ExitCodes.Usage);
        }
        var result = BuildCommand().Parse(args);
        if (result.Action is ParseErrorAction)
        {
            foreach (var error in result.Errors)
                StandardOutput.Error.Text($"postern: {error.Message}\n");
            StandardOutput.Error.Text($"See: {Path(result.CommandResult)} --help\n");
            return Task.FromResult(ExitCodes.Usage);
        }
        // The verbs end their sessions themselves on a signal, and report their errors.
        return result.InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = null, EnableDefaultExceptionHandler = false });
    }

    private static string Path(CommandResult result)
        => result.Command is RootCommand ? "postern" : $"{(result.Parent is CommandResult parent ? Path(parent) : "postern")} {result.Command.Name}";
}
