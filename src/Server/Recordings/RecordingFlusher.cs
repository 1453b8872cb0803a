namespace Postern.Server.Recordings;

/// <summary>
/// Flushes files: those that somebody waits for at once, the others once an interval. When they are many, the file system is flushed as a whole, once for all of them.
/// </summary>
internal sealed class RecordingFlusher : IAsyncDisposable
{
    private const int ManyFiles = 64;

    private readonly object _gate = new();
    private readonly HashSet<SessionRecording> _urgent = [], _later = [];
    private readonly Task _flushing;
    private readonly ILogger _log;
    private readonly List<SessionRecording> _due = [];
    private long _flushes;
    private bool _stopped;

    public RecordingFlusher(ILogger log)
    {
        _log = log;
        _flushing = Task.Factory.StartNew(Run, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    /// <summary>The file has something that is not on the disk.</summary>
    public void Add(SessionRecording recording, bool urgent)
    {
        lock (_gate)
        {
            (urgent ? _urgent : _later).Add(recording);
            if (urgent)
                Monitor.Pulse(_gate);
        }
    }

    /// <summary>The interval is over.</summary>
    public void Due()
    {
        lock (_gate)
        {
            foreach (var recording in _later)
                _due.Add(recording);
            _later.Clear();
            Monitor.Pulse(_gate);
        }
    }

    public async ValueTask DisposeAsync()
    {
        Due();
        lock (_gate)
        {
            _stopped = true;
            Monitor.Pulse(_gate);
        }
        await _flushing;
    }

    private void Run()
    {
        var batch = new List<SessionRecording>();
        while (Take(batch))
        {
            foreach (var recording in batch)
                recording.BeginFlush();
            var all = batch.Count >= ManyFiles && TryFlushAll(batch[0]);
            foreach (var recording in batch)
                Flush(recording, alreadyFlushed: all);
            batch.Clear();
        }
    }

    /// <summary>Recordings flushed since the start, each as often as it was.</summary>
    public long Flushes => Interlocked.Read(ref _flushes);

    private bool TryFlushAll(SessionRecording one)
    {
        try
        {
            return one.TryFlushFileSystem();
        }
        catch (Exception e)
        {
            _log.WriterFailed(one.SessionId, e);
            return false; // file by file, then
        }
    }

    private void Flush(SessionRecording recording, bool alreadyFlushed)
    {
        Interlocked.Increment(ref _flushes);
        try
        {
            recording.Flush(alreadyFlushed);
        }
        catch (Exception e)
        {
            _log.WriterFailed(recording.SessionId, e);
        }
    }

    /// <summary>The urgent ones; else one of the others, so that an urgent one waits for one file at most; or all, when they are many.</summary>
    private bool Take(List<SessionRecording> batch)
    {
        lock (_gate)
        {
            while (_urgent.Count == 0 && _due.Count == 0 && !_stopped)
                Monitor.Wait(_gate);
            if (_urgent.Count > 0)
            {
                batch.AddRange(_urgent);
                _urgent.Clear();
            }
            else if (_due.Count >= ManyFiles)
            {
                batch.AddRange(_due);
                _due.Clear();
            }
            else if (_due.Count > 0)
            {
                batch.Add(_due[^1]);
                _due.RemoveAt(_due.Count - 1);
            }
            return batch.Count > 0;
        }
    }
}
