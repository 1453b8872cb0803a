using System.Collections.Concurrent;

namespace Postern.Agent.Pty;

/// <summary>
/// Waits for every terminal, pipe and process of all sessions on one thread, and wakes the task that waits for one of them.
/// Continuations run on the thread pool, never on this thread.
/// </summary>
internal sealed partial class Poller : IDisposable
{
    private readonly ConcurrentDictionary<long, PolledFile> _files = new();
    private readonly Thread _thread;
    private long _lastId;
    private volatile int _stopped;

    public Poller()
    {
        OpenQueue();
        _thread = new Thread(Run) { IsBackground = true, Name = "poller" };
        _thread.Start();
    }

    /// <summary>Files registered at this moment; tests look at it for leaks.</summary>
    public int Count => _files.Count;

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _stopped, 1) != 0)
            return;
        WakeUp();
        _thread.Join();
        foreach (var file in _files.Values)
            file.Dispose();
        CloseQueue();
    }

    internal long Add(PolledFile file)
    {
        ObjectDisposedException.ThrowIf(_stopped != 0, this);
        var id = Interlocked.Increment(ref _lastId);
        _files[id] = file;
        try
        {
            Register(file.Handle, id);
        }
        catch (IOException)
        {
            _files.TryRemove(id, out _);
            throw;
        }
        return id;
    }

    internal void Remove(PolledFile file)
    {
        if (_files.TryRemove(file.Id, out _) && _stopped == 0)
            Unregister(file.Handle);
    }
}
