using System.CommandLine;
using Postern.Cli.Output;
using Postern.Cli.Terminal;

namespace Postern.Cli.Commands;

/// <summary>Turns what a verb throws into its message and exit code.</summary>
internal static class Verb
{
    public static Command Runs(this Command command, Func<ParseResult, CancellationToken, Task<int>> run)
    {
        command.SetAction((result, token) => GuardAsync(() => run(result, token)));
        return command;
    }

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
