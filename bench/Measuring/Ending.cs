using System.Diagnostics;
using System.Text.RegularExpressions;
using Postern.Bench.Columns;
using Postern.Bench.Processes;
using Postern.Bench.Servers;
using Postern.Protocol.AwsJson;

namespace Postern.Bench.Measuring;

/// <summary>How soon a session ends that somebody else terminates. Milliseconds from the start of `postern terminate`.</summary>
/// <param name="Person">Until the person's program had ended.</param>
/// <param name="Node">Until the shell on the node was gone.</param>
internal sealed partial record Ending(double Person, double Node)
{
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(20);

    /// <summary>Opens a shell and has it terminated; null when the column has no sessions.</summary>
    public static async Task<Ending?> MeasureAsync(Column column, CancellationToken cancellationToken)
    {
        if (column.Sessions is not { } place || await column.ShellAsync(cancellationToken) is not { } command)
            return null;
        await using var program = Child.Start(command.OnTerminal());
        await program.SaysAsync(output => Prompt().IsMatch(output), "a prompt", Longest, cancellationToken);
        var shell = await ShellAsync(program, cancellationToken);
        var terminate = new Command(Repository.Program("postern"), "terminate", await NewestAsync(place.Gateway, place.Node, cancellationToken)) { Environment = place.Gateway.Administrator };

        var start = Stopwatch.GetTimestamp();
        await using var terminating = Child.Start(terminate);
        double? person = null, node = null;
        while (person is null || node is null)
        {
            person ??= program.Running ? null : Stopwatch.GetElapsedTime(start).TotalMilliseconds;
            node ??= ProcessTree.IsRunning(shell) ? null : Stopwatch.GetElapsedTime(start).TotalMilliseconds;
            if (Stopwatch.GetElapsedTime(start) > Longest)
                throw new TimeoutException($"{terminate}: {(person is null ? "the person's program still runs" : "the shell still runs on the node")} after {Longest.TotalSeconds} s: {terminating.Output}");
            await Task.Delay(1, cancellationToken);
        }
        return new Ending(person.Value, node.Value);
    }

    /// <summary>The shell on the node, as this machine numbers it: AWS's agent may be in a namespace of its own. It is the parent of a command that nobody else runs.</summary>
    private static async Task<int> ShellAsync(Child program, CancellationToken cancellationToken)
    {
        var marker = $"{Random.Shared.Next(100_000_000, 999_999_999)}";
        await program.TypeAsync($"sleep {marker}\n");
        var start = Stopwatch.GetTimestamp();
        while (true)
        {
            if (ProcessTree.ParentOf($"sleep\0{marker}\0") is { } shell)
                return shell;
            if (Stopwatch.GetElapsedTime(start) > Longest)
                throw new TimeoutException($"no sleep {marker} on the node: {program.Output}");
            await Task.Delay(10, cancellationToken);
        }
    }

    private static async Task<string> NewestAsync(Gateway gateway, string node, CancellationToken cancellationToken)
    {
        var request = new DescribeSessionsRequest { State = "Active", Filters = [new SessionFilter { Key = "Target", Value = node }] };
        var answer = await gateway.Api.CallAsync(SsmOperations.DescribeSessions, request, cancellationToken);
        return answer.Sessions!.Where(session => session.DocumentName == "SSM-SessionManagerRunShell").MaxBy(session => session.StartDate)!.SessionId!;
    }

    [GeneratedRegex(@"[$#] (\x1b\[[0-9;?]*[a-zA-Z])*\z")]
    private static partial Regex Prompt();
}
