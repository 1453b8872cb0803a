using System.Buffers;
using System.Security.Cryptography;
using System.Threading.Channels;
using Postern.Protocol.AwsJson;
using Postern.Protocol.Recordings;
using Postern.Protocol.Recordings.Masking;
using Postern.Protocol.Recordings.Screen;

namespace Postern.Server.Recordings.Watching;

/// <summary>
/// A session that somebody watches. It follows the session's recording as it is written, so that nothing is left out or comes twice and the session itself waits for nobody: all
/// it does for watchers is to set a signal. Keeps the screen, for those who come, and what was shown lately, for those who are here.
/// </summary>
internal sealed partial class WatchedSession
{
    private const int DefaultColumns = 80, DefaultRows = 24, MaxRecentBytes = 1024 * 1024, MaxWatchers = 64, MaxOfOne = 8;
    /// <summary>Of one answer: many may be under way at a time.</summary>
    private const int MaxPieceBytes = 128 * 1024;
    /// <summary>What an event takes in memory besides its bytes, of which it may have a single one.</summary>
    private const int EventBytes = 128;
    /// <summary>What is shown is gathered for so long, so that a key pressed costs a chunk and a screen full of output not a hundred.</summary>
    private static readonly TimeSpan Gather = TimeSpan.FromMilliseconds(20);
    /// <summary>Nobody asked for so long: nobody watches.</summary>
    private static readonly TimeSpan Unwatched = TimeSpan.FromSeconds(60);
    /// <summary>Who watches asks every few seconds: who was silent for so long may lose his place to another.</summary>
    private static readonly TimeSpan Gone = TimeSpan.FromSeconds(10);

    private readonly SessionRecording _recording;
    private readonly TimeProvider _time;
    private readonly FileStream _file;
    private readonly RecordingReader _reader;
    private readonly Channel<bool> _recorded = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true });
    private readonly TaskCompletionSource _caughtUp = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _lock = new();
    private readonly TerminalScreen _screen = new(DefaultColumns, DefaultRows);
    private readonly Queue<(long Number, RecordedEvent Event)> _recent = new();
    private readonly Dictionary<string, Watcher> _watchers = new(StringComparer.Ordinal);
    private TaskCompletionSource _news = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _recentBytes;
    private long _next, _oldest, _lastAsked;
    private bool _ended;

    public WatchedSession(SessionRecording recording, FileStream file, RecordingReader reader, TimeProvider time)
    {
        (_recording, _file, _reader, _time, _lastAsked) = (recording, file, reader, time, time.GetTimestamp());
        Over = FollowAsync();
    }

    /// <summary>Completes when nobody watches any more, or the gateway stops.</summary>
    public Task Over { get; }

    /// <summary>Completes when the screen is as it was at the time of the call, or later.</summary>
    public Task CaughtUp => _caughtUp.Task;

    public Task StopAsync()
    {
        _stop.Cancel();
        return Over;
    }

    /// <summary>
    /// Enters somebody. When there are as many as may be, in place of one who is not there any more: taking the place of one who is would only make that one come again.
    /// </summary>
    /// <exception cref="AwsErrorException">LimitExceededException.</exception>
    public string Enter(string caller)
    {
        lock (_lock)
        {
            foreach (var (left, _) in _watchers.Where(one => Silence(one.Value) > Unwatched))
                _watchers.Remove(left);
            if (_watchers.Count(one => one.Value.Caller == caller) >= MaxOfOne && !MakeRoom(one => one.Caller == caller))
                throw new AwsErrorException("LimitExceededException", $"You watch session {_recording.SessionId} {MaxOfOne} times already, as often as one may. Leave one of them, then begin again.");
            if (_watchers.Count >= MaxWatchers && !MakeRoom(_ => true))
                throw new AwsErrorException("LimitExceededException", $"Session {_recording.SessionId} is watched {MaxWatchers} times, as often as it may be. Try again when somebody has left.");
            var id = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
            _watchers[id] = new Watcher(caller, _time.GetTimestamp(), IsThere: true);
            return id;
        }
    }

    /// <summary>False: it is not this caller's watch, or it was left.</summary>
    public bool Knows(string watchId, string caller)
    {
        lock (_lock)
        {
            if (!_watchers.TryGetValue(watchId, out var watcher) || watcher.Caller != caller)
                return false;
            _watchers[watchId] = new Watcher(caller, _time.GetTimestamp(), IsThere: true);
            return true;
        }
    }

    /// <summary>Its program hung up. It may ask again, as long as nobody needs its place.</summary>
    public void HungUp(string watchId)
    {
        lock (_lock)
            if (_watchers.TryGetValue(watchId, out var watcher))
                _watchers[watchId] = watcher with { IsThere = false };
    }

    private bool MakeRoom(Func<Watcher, bool> of)
    {
        var gone = _watchers.Where(one => of(one.Value) && (!one.Value.IsThere || Silence(one.Value) > Gone)).OrderBy(one => one.Value.Asked).Select(one => one.Key).FirstOrDefault();
        return gone is not null && _watchers.Remove(gone);
    }

    private TimeSpan Silence(Watcher watcher) => _time.GetElapsedTime(watcher.Asked);

    /// <summary>The screen as it is; what comes next has this number.</summary>
    public WatchedPiece Snapshot()
    {
        lock (_lock)
            return SnapshotUnderLock();
    }

    /// <summary>What was shown from this number on; waits for something at most so long.</summary>
    public async Task<WatchedPiece> ReadAsync(long position, TimeSpan longest, CancellationToken cancellationToken)
    {
        Task news;
        lock (_lock)
        {
            _lastAsked = _time.GetTimestamp();
            if (position < _next || position > _next || _ended)
                return PieceUnderLock(position);
            news = _news.Task;
        }
        try
        {
            await news.WaitAsync(longest, _time, cancellationToken);
        }
        catch (TimeoutException)
        {
            return new WatchedPiece(position, null, 0, 0, null, false); // nothing was shown; the watcher asks again
        }
        lock (_lock)
            return PieceUnderLock(position);
    }

    private WatchedPiece PieceUnderLock(long position)
    {
        if (position < _oldest || position > _next)
            return SnapshotUnderLock(); // it fell behind, or the number is not of this session
        var events = new ArrayBufferWriter<byte>();
        var (time, next) = (0L, _next);
        foreach (var (number, recorded) in _recent)
        {
            if (number < position)
                continue;
            if (events.WrittenCount > 0 && events.WrittenCount + recorded.Body.Length > MaxPieceBytes)
            {
                next = number; // the rest is asked for next
                break;
            }
            events.Advance(EventCodec.Write(events.GetSpan(recorded.Body.Length + EventCodec.MaxOverhead), recorded.Kind, recorded.Time - time, recorded.Body));
            time = recorded.Time;
        }
        return new WatchedPiece(next, null, 0, 0, events.WrittenSpan.ToArray(), _ended && next == _next);
    }

    private WatchedPiece SnapshotUnderLock()
    {
        var screen = new ArrayBufferWriter<byte>();
        _screen.Render(screen);
        return new WatchedPiece(_next, screen.WrittenSpan.ToArray(), _screen.Columns, _screen.Rows, null, _ended);
    }
}

/// <param name="Caller">Whose watch it is.</param>
/// <param name="Asked">Timestamp of the last call.</param>
/// <param name="IsThere">It did not hang up.</param>
internal readonly record struct Watcher(string Caller, long Asked, bool IsThere);

/// <summary>What one watcher is given.</summary>
/// <param name="Position">Number of what comes next.</param>
/// <param name="Screen">Null: only events.</param>
/// <param name="Columns">Of the screen.</param>
/// <param name="Rows">Of the screen.</param>
/// <param name="Events">Null: none.</param>
/// <param name="Ended">Nothing else will come.</param>
internal sealed record WatchedPiece(long Position, byte[]? Screen, int Columns, int Rows, byte[]? Events, bool Ended);
