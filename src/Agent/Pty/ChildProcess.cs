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
    /// Asks the program and its group to end as a lost terminal would, and kills them when they do not in time. One that has become
    /// another user's (sudo) takes no signal of ours: it loses its terminal or pipes, and is not waited for when it goes on without.
    /// </summary>
    /// <param name="close">Closes our side of the terminal or the pipes; called when signals do not help.</param>
    /// <param name="grace">How long each step may take.</param>
    /// <param name="time">Measures it.</param>
    /// <returns>Whether it has ended.</returns>
    public async Task<bool> EndAsync(Action close, TimeSpan grace, TimeProvider time)
    {
        if (HangUp() && (await EndsAsync(grace, time) || (Kill() && await EndsAsync(grace, time))))
            return true;
        close();
        return await EndsAsync(grace, time);
    }

    /// <summary>Kills what still runs and waits until it is reaped.</summary>
    public async ValueTask DisposeAsync()
    {
        Kill();
        await Exited;
    }

    private async Task<bool> EndsAsync(TimeSpan limit, TimeProvider time)
    {
        try
        {
            await Exited.WaitAsync(limit, time);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
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
