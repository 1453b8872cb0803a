namespace Postern.Server.Recordings;

/// <summary>
/// Puts the chunks of all recordings into their files: one thread seals and writes, another flushes. Neither is one of those that pass messages, so that a slow disk
/// stops nobody but those who wait for it.
/// </summary>
internal sealed class RecordingWriter : IAsyncDisposable
{
    private readonly object _gate = new();
    private readonly RecordingFlusher _flusher;
    private readonly ITimer _timer;
    private readonly Task _writing;
    private readonly Action<SessionRecording, byte[]> _write;
    private HashSet<SessionRecording> _opened = [], _ready = [];
    private HashSet<SessionRecording> _openedSpare = [], _readySpare = [];
    private bool _due, _stopped;

    public RecordingWriter(RecordingLimits limits, TimeProvider time, ILogger<RecordingWriter> log)
    {
        _flusher = new RecordingFlusher(log);
        _write = Write;
        _timer = time.CreateTimer(static writer => ((RecordingWriter)writer!).Tick(), this, limits.FlushInterval, limits.FlushInterval);
        var scratch = new byte[Protocol.Recordings.ChunkHeader.Overhead + Protocol.Recordings.RecordingFormat.MaxEvents];
        _writing = Task.Factory.StartNew(() => Run(scratch, log), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    /// <summary>See <see cref="RecordingFlusher.Flushes"/>.</summary>
    public long Flushes => _flusher.Flushes;

    /// <summary>Something was recorded: to be written when the interval is over.</summary>
    public void Opened(SessionRecording recording)
    {
        lock (_gate)
            _opened.Add(recording);
    }

    /// <summary>To be written at once.</summary>
    public void Schedule(SessionRecording recording)
    {
        lock (_gate)
        {
            if (_ready.Add(recording))
                Monitor.Pulse(_gate);
        }
    }

    /// <summary>Writes what is scheduled, then stops.</summary>
    public async ValueTask DisposeAsync()
    {
        await _timer.DisposeAsync();
        lock (_gate)
        {
            _stopped = true;
            Monitor.Pulse(_gate);
        }
        await _writing;
        await _flusher.DisposeAsync();
    }

    private void Tick()
    {
        lock (_gate)
        {
            _due = true;
            Monitor.Pulse(_gate);
        }
    }

    private void Run(byte[] scratch, ILogger log)
    {
        while (Take(out var opened, out var ready))
        {
            foreach (var recording in opened)
            {
                Guarded(recording, static (recording, _) => recording.CloseOpenChunk(), scratch, log);
                ready.Add(recording);
            }
            foreach (var recording in ready)
                Guarded(recording, _write, scratch, log);
            if (opened.Count > 0)
                _flusher.Due();
            opened.Clear();
            ready.Clear();
        }
    }

    private void Write(SessionRecording recording, byte[] scratch)
    {
        var (written, urgent) = recording.WriteOut(scratch);
        if (written)
            _flusher.Add(recording, urgent);
    }

    /// <summary>What fails in one recording is that one's failure; the others go on, for there is no other thread that would write them.</summary>
    private static void Guarded(SessionRecording recording, Action<SessionRecording, byte[]> step, byte[] scratch, ILogger log)
    {
        try
        {
            step(recording, scratch);
        }
        catch (Exception e)
        {
            log.WriterFailed(recording.SessionId, e);
            try
            {
                recording.Broke(e.Message);
            }
            catch (Exception inTelling)
            {
                log.WriterFailed(recording.SessionId, inTelling);
            }
        }
    }

    /// <summary>Waits for work; false when there is none and will be none.</summary>
    private bool Take(out HashSet<SessionRecording> opened, out HashSet<SessionRecording> ready)
    {
        lock (_gate)
        {
            while (_ready.Count == 0 && !(_due && _opened.Count > 0) && !_stopped)
            {
                _due = false;
                Monitor.Wait(_gate);
            }
            opened = _openedSpare;
            if (_due)
                (opened, _opened, _openedSpare) = (_opened, opened, _opened);
            (ready, _ready, _readySpare) = (_ready, _readySpare, _ready);
            _due = false;
            return ready.Count > 0 || opened.Count > 0 || !_stopped;
        }
    }
}
