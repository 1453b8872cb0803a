using System.CommandLine;
using Postern.Cli.Output;

namespace Postern.Cli.Commands;

/// <summary>Help of the ssh verb; <see cref="SshVerb"/> does the work.</summary>
internal static class SshCommand
{
    public static Verb Build()
    {
        var stdio = new Option<bool>("--stdio") { Description = "Join the node's SSH port to standard input and output, for ProxyCommand" };
        var target = new Argument<string>("[USER@]TARGET") { Description = "Node id or name" };
        var rest = new Argument<string[]>("ARGUMENTS") { Description = "Arguments of ssh; with --stdio: the port (22)", Arity = ArgumentArity.ZeroOrMore };
        var command = new Verb("ssh", "Run ssh through a session: no port of the node has to be reachable. Options of postern stand before TARGET.", """
            Examples:
              postern ssh admin@web-1
              postern ssh web-1 -L 8080:localhost:80 uptime
              ssh -o ProxyCommand='postern ssh --stdio %h %p' admin@web-1
            """) { stdio, target, rest };
        return command.Runs((_, _) => throw new CommandException(
            $"Give options before the target: postern ssh [options] [USER@]TARGET [ssh arguments]", ExitCodes.Usage));
    }
}
