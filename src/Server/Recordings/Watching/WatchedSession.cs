using System.Buffers;
using System.Security.Cryptography;
using System.Threading.Channels;
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
    /// <summary>What is shown is gathered for so long, so that a key pressed costs a chunk and a screen full of output not a hundred.</summary>
    private static readonly TimeSpan Gather = TimeSpan.FromMilliseconds(20);
    /// <summary>Nobody asked for so long: nobody watches.</summary>
    private static readonly TimeSpan Unwatched = TimeSpan.FromSeconds(60);

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
    private readonly Dictionary<string, (string Caller, long Asked)> _watchers = new(StringComparer.Ordinal);
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

    /// <summary>Enters somebody, in place of his own when he has many. Null: there are too many.</summary>
    public string? Enter(string caller)
    {
        lock (_lock)
        {
            foreach (var (left, _) in _watchers.Where(one => _time.GetElapsedTime(one.Value.Asked) > Unwatched))
                _watchers.Remove(left);
            var own = _watchers.Where(one => one.Value.Caller == caller).ToList();
            if (own.Count >= MaxOfOne)
                _watchers.Remove(own.MinBy(one => one.Value.Asked).Key);
            if (_watchers.Count >= MaxWatchers)
                return null;
            var id = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
            _watchers[id] = (caller, _time.GetTimestamp());
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
            _watchers[watchId] = (caller, _time.GetTimestamp());
            return true;
        }
    }

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
        long time = 0;
        foreach (var (number, recorded) in _recent)
        {
            if (number < position)
                continue;
            events.Advance(EventCodec.Write(events.GetSpan(recorded.Body.Length + EventCodec.MaxOverhead), recorded.Kind, recorded.Time - time, recorded.Body));
            time = recorded.Time;
        }
        return new WatchedPiece(_next, null, 0, 0, events.WrittenSpan.ToArray(), _ended);
    }

    private WatchedPiece SnapshotUnderLock()
    {
        var screen = new ArrayBufferWriter<byte>();
        _screen.Render(screen);
        return new WatchedPiece(_next, screen.WrittenSpan.ToArray(), _screen.Columns, _screen.Rows, null, _ended);
    }
}

/// <summary>What one watcher is given.</summary>
/// <param name="Position">Number of what comes next.</param>
/// <param name="Screen">Null: only events.</param>
/// <param name="Columns">Of the screen.</param>
/// <param name="Rows">Of the screen.</param>
/// <param name="Events">Null: none.</param>
/// <param name="Ended">Nothing else will come.</param>
internal sealed record WatchedPiece(long Position, byte[]? Screen, int Columns, int Rows, byte[]? Events, bool Ended);
