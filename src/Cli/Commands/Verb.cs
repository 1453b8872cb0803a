using System.CommandLine;
using Postern.Cli.Output;
using Postern.Cli.Terminal;

namespace Postern.Cli.Commands;

/// <summary>One verb of postern: a line for the list of verbs, and what its own help says below the options.</summary>
internal sealed class Verb(string name, string description, string details) : Command(name, description)
{
    public string Details { get; } = details;

    public Verb Runs(Func<ParseResult, CancellationToken, Task<int>> run)
    {
        SetAction((result, token) => GuardAsync(() => run(result, token)));
        return this;
    }

    /// <summary>Turns what a verb throws into its message and exit code.</summary>
    public static async Task<int> GuardAsync(Func<Task<int>> run)
    {
        try
        {
            return await run();
        }
        catch (Exception e) when (Failure.Of(e) is { } failure)
        {
            return Fail(failure);
        }
        catch (OperationCanceledException)
        {
            return ExitCodes.SessionFailed; // interrupted before there was anything to end
        }
    }

    public static int Fail(Failure failure)
    {
        StandardOutput.Error.Text($"postern: {failure.Text}\n");
        return failure.ExitCode;
    }
}
