namespace Postern.Agent.Pty;

/// <summary>
/// A program of a session: leader of its own process group, always reaped, told apart from every other process by a handle, so that
/// a signal never reaches a stranger.
/// </summary>
internal sealed partial class ChildProcess : IAsyncDisposable
{
    private readonly Lock _gate = new();
    private readonly PolledFile _handle;
    private bool _reaped;

    private ChildProcess(int id, PolledFile handle)
    {
        Id = id;
        _handle = handle;
        Exited = WaitAsync();
    }

    public int Id { get; }

    /// <summary>Ends when the program does, with its exit code; 128 plus the signal when a signal ended it.</summary>
    public Task<int> Exited { get; }

    /// <summary>
    /// Asks the program and its group to end as a lost terminal would, and kills them when they do not in time.
    /// </summary>
    public async Task EndAsync(TimeSpan grace, TimeProvider time)
    {
        if (!HangUp())
        {
            await Exited;
            return;
        }
        try
        {
            await Exited.WaitAsync(grace, time);
        }
        catch (TimeoutException)
        {
            Kill();
            await Exited;
        }
    }

    /// <summary>Kills what still runs and waits until it is reaped.</summary>
    public async ValueTask DisposeAsync()
    {
        Kill();
        await Exited;
    }

    private async Task<int> WaitAsync()
    {
        using (_handle)
        {
            int status;
            do
                await _handle.WaitReadableAsync(CancellationToken.None);
            while (!TryReap(out status));
            return status;
        }
    }
}
