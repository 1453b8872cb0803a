using System.Diagnostics;

namespace Postern.Conformance.Support;

/// <summary>How long the tests wait for programs they do not control, and the waiting itself.</summary>
internal static class Deadline
{
    /// <summary>Generous: a busy machine may be slow, a broken program is found a little later.</summary>
    public static readonly TimeSpan Usual = TimeSpan.FromSeconds(40);

    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(40);

    /// <summary>Asks until the answer is yes; fails, naming what was expected, when it stays no.</summary>
    public static async Task UntilAsync(string what, Func<Task<bool>> isSo, TimeSpan? within = null)
    {
        var clock = Stopwatch.StartNew();
        while (!await isSo())
        {
            if (clock.Elapsed > (within ?? Usual))
                throw new TimeoutException($"Expected within {(within ?? Usual).TotalSeconds:0} s: {what}");
            await Task.Delay(Step);
        }
    }

    public static Task UntilAsync(string what, Func<bool> isSo, TimeSpan? within = null) => UntilAsync(what, () => Task.FromResult(isSo()), within);

    /// <summary>The result of a task, or a failure that names it.</summary>
    public static async Task<T> WithinAsync<T>(string what, Task<T> task, TimeSpan? within = null)
    {
        try
        {
            return await task.WaitAsync(within ?? Usual);
        }
        catch (TimeoutException)
        {
            throw new TimeoutException($"Expected within {(within ?? Usual).TotalSeconds:0} s: {what}");
        }
    }
}
