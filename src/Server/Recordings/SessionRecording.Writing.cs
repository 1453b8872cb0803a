using Postern.Protocol.Recordings;
using Postern.Server.Sessions;
using Postern.Server.Settings;

namespace Postern.Server.Recordings;

internal sealed partial class SessionRecording
{
    private readonly RecordingFile _file;
    private readonly Queue<ChunkBuffer> _waiting = new();
    private readonly TaskCompletionSource _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TaskCompletionSource _flushed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private RecordingEnd? _end;
    // Events in the file, and those on the disk.
    private long _written, _durable;
    private (long Written, long Length, bool Final) _flushing;
    private long _retryAt;
    private bool _closing, _begun, _wantsFlush, _ended;
    private volatile bool _flushFailed, _isFlushing;
    private string? _failure;

    /// <summary>Completes when nothing more will be written.</summary>
    public Task Closed => _closed.Task;

    /// <summary>Why it cannot be written at the moment; null when it can.</summary>
    public string? Failure => Volatile.Read(ref _failure);

    /// <summary>Of the file.</summary>
    public (long Bytes, string Hash) File => (_file.Length, _file.Hash);

    /// <summary>What the file ends with; null as long as it does not, or was left without.</summary>
    public RecordingEnd? End => _ended ? _end : null;

    /// <summary>Returns when what was recorded until now is on the disk, or cannot be put there.</summary>
    public Task FlushAsync(CancellationToken cancellationToken) => DurableAsync(cancellationToken).AsTask();

    /// <summary>The session is over. Safe to call twice; see <see cref="Closed"/>.</summary>
    /// <param name="end">What the file ends with; null: the gateway stops, and the next process goes on.</param>
    public void Close(RecordingEnd? end)
    {
        bool nothing;
        lock (_lock)
        {
            if (_closing)
                return;
            DrainEarly();
            if (end is not null)
                _flows?.CloseAll(Now, "The session ended.");
            CloseChunk();
            _closing = true;
            _end = end is null ? null : end with { Events = _totals.Events, InputBytes = _totals.InputBytes, OutputBytes = _totals.OutputBytes, Gaps = _totals.Gaps };
            nothing = _totals.Events == 0;
            _room.TrySetResult();
        }
        if (nothing)
            Finish(RecordingNews.Ended);
        else
            _writer.Schedule(this);
    }

    /// <summary>The interval is over: what is in the open chunk is to be written. On the writer's thread.</summary>
    public void CloseOpenChunk()
    {
        lock (_lock)
        {
            if (_closing)
                return;
            GaveUp(SessionSide.Client, _input);
            GaveUp(SessionSide.Agent, _output);
            if (_flows is { Count: > 0 })
            {
                _flows.Tick(Now);
                _writer.Opened(this);
            }
            if (_input.IsWaiting || _output.IsWaiting)
                _writer.Opened(this);
            CloseChunk();
        }
    }

    /// <summary>Writes what waits. On the writer's thread. Returns whether the file must be flushed, and whether somebody waits for it.</summary>
    public (bool Written, bool Urgent) WriteOut(byte[] scratch)
    {
        if (_closed.Task.IsCompleted)
            return default; // scheduled while it ended
        if (IsClosing && _flushFailed)
        {
            Finish(RecordingNews.Abandoned);
            return default;
        }
        if (_isFlushing)
            return default; // a write would wait for it, and all other recordings with it; the flusher schedules this again
        if (_retryAt != 0 && !IsClosing && _time.GetTimestamp() < _retryAt)
        {
            _writer.Opened(this); // looked at again when the interval is over
            return default;
        }
        try
        {
            var written = false;
            while (Peek() is { } chunk)
            {
                _file.Append(chunk, scratch);
                Written(chunk);
                written = true;
            }
            if (EndToWrite() is { } end)
            {
                _file.End(end, Now);
                _ended = written = true;
            }
            Recover();
            var urgent = Volatile.Read(ref _wantsFlush) || IsClosing;
            return (written || urgent, urgent);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Broke(e.Message);
            return default;
        }
    }

    /// <summary>It could not be written, whyever. Tried again in a while; one that is closing is over. On the writer's thread.</summary>
    public void Broke(string why)
    {
        Fail(why);
        if (IsClosing)
            Finish(RecordingNews.Abandoned);
        else
            _writer.Opened(this);
    }

    /// <summary>Notes what a flush that begins now is about. On the flusher's thread.</summary>
    public void BeginFlush()
    {
        _isFlushing = true;
        _flushing = (Volatile.Read(ref _written), _file.Length, IsFinal());
    }

    /// <summary>Flushes the file system that the file is on. False: it could not be.</summary>
    public bool TryFlushFileSystem() => _file.TryFlushFileSystem();

    /// <summary>Puts what was written on the disk. On the flusher's thread, after <see cref="BeginFlush"/>.</summary>
    public void Flush(bool alreadyFlushed)
    {
        var (written, length, last) = _flushing;
        try
        {
            if (!alreadyFlushed)
                _file.Flush();
            _flushFailed = false;
        }
        catch (Exception e) // of any kind: nothing is written as long as a flush is not over
        {
            _flushFailed = true;
            Fail(e.Message);
        }
        _isFlushing = false;
        // With its last flush it is over: to schedule it once more would have it flushed, and scheduled, for ever.
        if (_flushFailed || (IsClosing && !last) || Peek() is not null)
            _writer.Schedule(this);
        if (_flushFailed)
            return;
        _file.Rest(length);
        TaskCompletionSource flushed;
        lock (_lock)
        {
            _durable = Math.Max(_durable, written);
            flushed = _flushed;
            _flushed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _wantsFlush = false;
        }
        flushed.TrySetResult();
        if (last)
            Finish(RecordingNews.Ended);
    }

    /// <summary>False when it cannot be put there and the mode refuses to go on.</summary>
    private async ValueTask<bool> DurableAsync(CancellationToken cancellationToken)
    {
        var target = Totals.Events;
        while (true)
        {
            Task flushed;
            lock (_lock)
            {
                if (_refusing)
                    return false;
                if (_durable >= target || _closed.Task.IsCompleted || (_failure is not null && Mode == RecordingMode.IfPossible))
                    return true;
                flushed = _flushed.Task;
                _wantsFlush = true;
                CloseChunk();
                if (_waiting.Count == 0)
                    _writer.Schedule(this); // written already, not flushed
            }
            if (await IsOverAsync(flushed, _limits.LongestWait, cancellationToken))
                Fail(DiskTookNothing);
        }
    }

    private bool IsClosing => Volatile.Read(ref _closing);

    /// <summary>Nothing is left to be written.</summary>
    private bool IsFinal()
    {
        lock (_lock)
            return _closing && _waiting.Count == 0 && (_ended || _end is null);
    }

    private ChunkBuffer? Peek()
    {
        lock (_lock)
            return _waiting.TryPeek(out var chunk) ? chunk : null;
    }

    private RecordingEnd? EndToWrite()
    {
        lock (_lock)
            return _closing && !_ended ? _end : null;
    }

    private void Written(ChunkBuffer chunk)
    {
        TaskCompletionSource room;
        bool first;
        lock (_lock)
        {
            _waiting.Dequeue();
            _written = chunk.Totals.Events;
            (first, _begun) = (!_begun, true);
            room = _room;
            _room = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }
        chunk.Return();
        room.TrySetResult();
        if (first)
            _tell(this, RecordingNews.Begun);
    }

    private void Recover()
    {
        lock (_lock)
        {
            _retryAt = 0;
            if (_failure is null && !_skipping)
                return;
            if (_refusing)
                return;
            (_failure, _skipping) = (null, false);
        }
        _tell(this, RecordingNews.Recovered);
    }

    private void Fail(string why)
    {
        TaskCompletionSource room, flushed;
        bool first;
        lock (_lock)
        {
            first = _failure is null;
            _failure = why;
            _retryAt = _time.GetTimestamp() + (long)(_limits.RetryAfterFailure.TotalSeconds * _time.TimestampFrequency);
            if (Mode == RecordingMode.IfPossible)
                _skipping = true;
            else
                _refusing = true;
            (room, flushed) = (_room, _flushed);
            _room = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _flushed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }
        room.TrySetResult();
        flushed.TrySetResult();
        if (first)
            _tell(this, RecordingNews.Failed);
    }

    private void DrainEarly()
    {
        foreach (var side in (ReadOnlySpan<SessionSide>)[SessionSide.Client, SessionSide.Agent])
            while (OrderOf(side) is { HasEarly: true } order)
                Missed(side, order, order.GiveUp());
    }

    private void Finish(RecordingNews news)
    {
        lock (_lock)
        {
            if (_closed.Task.IsCompleted)
                return;
            while (_waiting.TryDequeue(out var chunk))
                chunk.Return();
            _input.Dispose();
            _output.Dispose();
            _file.Dispose();
            _closed.TrySetResult();
        }
        _tell(this, news);
    }
}
