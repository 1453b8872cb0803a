using System.Diagnostics;

namespace Postern.Bench.Fleet;

/// <summary>Starts work at an even rate, whether or not what was started before has finished: a queue that builds up is seen in the latencies.</summary>
internal static class Pace
{
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(2);

    /// <summary>Calls <paramref name="start"/> with 0 to count-1 and returns when all tasks have ended. The tasks must not fail.</summary>
    public static async Task RunAsync(int count, int rate, Func<int, Task> start, CancellationToken cancellationToken)
    {
        var tasks = new List<Task>(count);
        var begin = Stopwatch.GetTimestamp();
        for (var i = 0; i < count; i++)
        {
            while (Stopwatch.GetElapsedTime(begin).TotalSeconds * rate < i)
                await Task.Delay(Step, cancellationToken);
            var number = i;
            tasks.Add(Task.Run(() => start(number), cancellationToken));
        }
        await Task.WhenAll(tasks);
    }
}
