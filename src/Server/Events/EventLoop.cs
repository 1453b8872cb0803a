
namespace Postern.Server.Events;

/// <summary>How each of the workers here runs: when it is woken, and every few seconds because another gateway may have written; after a failure again.</summary>
internal static class EventLoop
{
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);

    public static async Task RunAsync(Wake wake, TimeProvider time, Func<Task> work, Action<Exception> failed, CancellationToken stoppingToken)
    {
        using var timer = time.CreateTimer(static state => ((Wake)state!).Set(), wake, Interval, Interval);
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await work();
            }
            catch (Exception e) when (e is not OperationCanceledException || !stoppingToken.IsCancellationRequested)
            {
                failed(e);
            }
            await wake.WaitAsync(stoppingToken);
        }
    }
}
