using System.Net.Sockets;

namespace Postern.Bench.Torture.Flows;

/// <summary>Something a person does through a session for as long as the torture lasts, checked byte by byte.</summary>
internal abstract class Flow(string name)
{
    public string Name => name;

    /// <summary>Bytes that arrived right.</summary>
    public abstract long Verified { get; }

    /// <summary>Whether everything up to the mark arrived, and something after it.</summary>
    public abstract bool IsPastMark { get; }

    /// <summary>How far it is, for a message about one that is stuck.</summary>
    public abstract string Progress { get; }

    /// <summary>Remembers what was sent up to now.</summary>
    public abstract void Mark();

    /// <summary>Runs until it is cancelled.</summary>
    /// <exception cref="StreamBrokenException">A byte was lost, doubled or changed, or the connection ended.</exception>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            await PlayAsync(cancellationToken);
        }
        catch (Exception e) when (e is IOException or SocketException or ObjectDisposedException or OperationCanceledException)
        {
            if (!cancellationToken.IsCancellationRequested)
                throw new StreamBrokenException(Damage.Ended, $"{name}: {e.Message}");
        }
    }

    protected abstract Task PlayAsync(CancellationToken cancellationToken);

    /// <summary>Runs all parts; when one ends the others are ended, and the first one's failure is thrown.</summary>
    protected static async Task AllAsync(CancellationToken cancellationToken, params Func<CancellationToken, Task>[] parts)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var running = Array.ConvertAll(parts, part => part(end.Token));
        var first = await Task.WhenAny(running);
        await end.CancelAsync();
        await Task.WhenAll(running).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await first;
    }
}
