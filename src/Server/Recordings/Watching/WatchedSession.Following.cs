using Postern.Protocol.Recordings;
using Postern.Protocol.Recordings.Exports;
using Postern.Protocol.Recordings.Masking;

namespace Postern.Server.Recordings.Watching;

internal sealed partial class WatchedSession
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(10), LookSeldom = TimeSpan.FromMilliseconds(100);
    private const int SoonLooks = 20;

    private async Task FollowAsync()
    {
        await Task.Yield(); // the constructor goes on first
        RecordedEventHandler handler = (_, _) => _recorded.Writer.TryWrite(true);
        var target = _recording.Attach(handler);
        try
        {
            await FollowAsync(target);
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // The gateway stops.
        }
        catch (Exception e) when (e is IOException or RecordingDamagedException)
        {
            _caughtUp.TrySetException(e);
        }
        finally
        {
            _recording.Detach(handler);
            End();
            _caughtUp.TrySetResult();
            _reader.Dispose();
            await _file.DisposeAsync();
        }
    }

    private async Task FollowAsync(long target)
    {
        for (var looks = 0; ;)
        {
            var closed = _recording.Closed.IsCompleted; // asked before reading: what was written until then is read
            while (await _reader.ReadChunkAsync(_stop.Token))
            {
                Show();
                looks = 0;
            }
            if (_reader.End is null)
                _file.Position = _reader.Read.Bytes; // a chunk that was seen half written is read again
            if (_next >= target)
                _caughtUp.TrySetResult();
            if (_reader.End is not null || closed)
                End();
            if (IsUnwatched())
                return;
            if (_ended)
                await Task.Delay(LookSeldom, _time, _stop.Token); // the last ones may still ask how it ended
            else if (_next < _recording.Totals.Events)
            {
                _recording.CloseOpenChunk();
                await Task.Delay(looks++ < SoonLooks ? Look : LookSeldom, _time, _stop.Token);
            }
            else
            {
                looks = 0;
                if (await WaitAsync())
                    await Task.Delay(Gather, _time, _stop.Token);
            }
        }
    }

    /// <summary>Until something is recorded, the recording is closed, or it is time to see whether anybody is still there.</summary>
    private async Task<bool> WaitAsync()
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
        var recorded = _recorded.Reader.WaitToReadAsync(patience.Token).AsTask();
        var first = await Task.WhenAny(recorded, _recording.Closed, Task.Delay(Unwatched, _time, patience.Token));
        await patience.CancelAsync();
        await ((Task)recorded).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Token.ThrowIfCancellationRequested();
        return first == recorded && _recorded.Reader.TryRead(out _);
    }

    private bool IsUnwatched()
    {
        lock (_lock)
            return _time.GetElapsedTime(_lastAsked) > Unwatched;
    }

    private void Show()
    {
        TaskCompletionSource news;
        lock (_lock)
        {
            var events = _reader.Events;
            while (events.MoveNext())
            {
                Show(events.Current);
                _next++;
            }
            news = _news;
            _news = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }
        news.TrySetResult();
    }

    private void Show(RecordingEvent recorded)
    {
        if (recorded.Kind == RecordingEventKind.Output)
            _screen.Write(recorded.Body);
        else if (recorded.Kind == RecordingEventKind.Resize && RecordingExport.TryReadSize(recorded.Body, out var columns, out var rows))
            _screen.Resize(columns, rows);
        else
            return;
        _recent.Enqueue((_next, new RecordedEvent(recorded.Kind, recorded.Time, recorded.Body.ToArray())));
        _recentBytes += recorded.Body.Length + EventBytes;
        while (_recentBytes > MaxRecentBytes && _recent.TryDequeue(out var old))
        {
            _recentBytes -= old.Event.Body.Length + EventBytes;
            _oldest = old.Number + 1;
        }
    }

    private void End()
    {
        lock (_lock)
        {
            _ended = true;
            _news.TrySetResult();
        }
    }
}
