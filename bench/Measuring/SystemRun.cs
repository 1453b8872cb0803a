using System.Diagnostics;
using Postern.Bench.Report;
using Postern.Bench.Servers;

namespace Postern.Bench.Measuring;

/// <summary>The whole table: every column prepared, then rounds through all of them, so that what disturbs the machine meets all alike.</summary>
internal sealed class SystemRun(MeasureOptions options)
{
    private readonly long _start = Stopwatch.GetTimestamp();

    public async Task<SystemResult> RunAsync(CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(options.HardLimit);
        var machine = Machine.Look();
        await using var site = await Site.StartAsync(options.Only, limit.Token);
        var runs = site.Columns.ConvertAll(column => new ColumnRun(column, site.Load.Port, options));
        var rounds = 0;
        try
        {
            foreach (var run in runs)
                await StepAsync(run, "prepared", run.PrepareAsync, limit.Token);
            var begin = Elapsed;
            for (; rounds < options.Rounds && (rounds == 0 || Elapsed + (Elapsed - begin) / rounds < options.Limit); rounds++)
            {
                foreach (var run in runs)
                    await StepAsync(run, $"round {rounds + 1}", run.MeasureAsync, limit.Token);
            }
            runs.ForEach(run => run.Finish());
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            site.Missing.Add($"the rest of the rounds: the run took longer than {options.HardLimit.TotalSeconds} s");
        }
        finally
        {
            await Task.WhenAll(runs.Select(run => run.DisposeAsync().AsTask()));
        }
        return new(machine.After(Elapsed), rounds, site.Missing, runs.ConvertAll(run => run.Result), site.Failed || runs.Exists(run => run.Result.Failure is not null));
    }

    private TimeSpan Elapsed => Stopwatch.GetElapsedTime(_start);

    /// <summary>One column's failure is a result, not the end of the others.</summary>
    private async Task StepAsync(ColumnRun run, string what, Func<CancellationToken, Task> step, CancellationToken cancellationToken)
    {
        if (run.Result.Failure is not null)
            return;
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(options.StepLimit);
        var start = Elapsed;
        try
        {
            await step(limit.Token);
            Console.Error.WriteLine($"{Elapsed.TotalSeconds,5:F0} s  {run.Result.Name}: {what} ({(Elapsed - start).TotalSeconds:F1} s)");
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            run.Result.Failure = $"{what}: {(e is OperationCanceledException or ObjectDisposedException ? $"took longer than {options.StepLimit.TotalSeconds} s" : e.Message.Trim())}";
            Console.Error.WriteLine($"{Elapsed.TotalSeconds,5:F0} s  {run.Result.Name}: {run.Result.Failure}");
        }
    }
}
