using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using Postern.Cli.Output;

namespace Postern.Cli.Commands;

/// <summary>The ordinary help, then the details of the verb or, for postern itself, the exit codes.</summary>
internal sealed class VerbHelp(HelpAction inner) : SynchronousCommandLineAction
{
    public static void AddTo(RootCommand root)
    {
        foreach (var option in root.Options)
            if (option is HelpOption { Action: HelpAction action } help)
                help.Action = new VerbHelp(action);
    }

    public override int Invoke(ParseResult parseResult)
    {
        var code = inner.Invoke(parseResult);
        var details = parseResult.CommandResult.Command is Verb verb ? verb.Details : $"A verb's own help has examples: postern VERB --help\n\n{ExitCodes.Help}";
        parseResult.InvocationConfiguration.Output.WriteLine(details + "\n");
        return code;
    }
}
