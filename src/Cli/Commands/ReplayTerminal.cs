using System.Globalization;
using System.Runtime.InteropServices;
using System.Threading.Channels;
using Postern.Cli.Output;
using Postern.Cli.Terminal;
using Postern.Protocol.Recordings.Masking;
using Postern.Protocol.Recordings.Screen;

namespace Postern.Cli.Commands;

/// <summary>Plays a recording on this terminal. What was read stays in memory, so that one can go back.</summary>
internal sealed class ReplayTerminal(RecordingSource source, TimeProvider time)
{
    private const int DefaultColumns = 80, DefaultRows = 24;
    private const long Step = 10_000_000, Frame = 33_000; // microseconds

    private readonly List<RecordedEvent> _read = [];
    private TerminalScreen _screen = new(DefaultColumns, DefaultRows);
    private int _next;
    /// <summary>Where it plays, microseconds since the session's start.</summary>
    private long _at;
    private bool _paused, _whole;

    public double Speed { get; init; } = 1;
    public TimeSpan IdleLimit { get; init; } = TimeSpan.MaxValue;

    public async Task RunAsync(TimeSpan start, CancellationToken cancellationToken)
    {
        await using var events = source.Events.GetAsyncEnumerator(cancellationToken);
        using var leaving = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var signals = new Signals().On(leaving.Cancel, PosixSignal.SIGTERM, PosixSignal.SIGHUP, PosixSignal.SIGINT);
        using var raw = RawTerminal.Enter();
        using var view = new ScreenView(StandardOutput.Out);
        await using var keys = new Keys(new StandardInput());
        try
        {
            if (!await ReadToAsync(events, 0))
                return;
            await SeekAsync(events, Math.Max(start.Ticks / TimeSpan.TicksPerMicrosecond, start == TimeSpan.Zero ? _read[0].Time : 0));
            while (true)
            {
                view.Draw(_screen, Status());
                if (await PlayFrameAsync(events, keys.Reader, leaving.Token) is not { } key)
                    continue;
                if (key == ViewKey.Leave)
                    return;
                if (key == ViewKey.Pause)
                    _paused = !_paused;
                else
                    await SeekAsync(events, Math.Max(0, _at + (key == ViewKey.Forward ? Step : -Step)));
            }
        }
        catch (OperationCanceledException) when (leaving.IsCancellationRequested)
        {
            return; // told to leave
        }
        finally
        {
            await leaving.CancelAsync();
        }
    }

    /// <summary>Plays for the time of a frame, or until a key is pressed.</summary>
    private async Task<ViewKey?> PlayFrameAsync(IAsyncEnumerator<RecordedEvent> events, ChannelReader<ViewKey> keys, CancellationToken cancellationToken)
    {
        var over = !await ReadToAsync(events, _next);
        if (over || _paused)
            return await keys.WaitToReadAsync(cancellationToken) && keys.TryRead(out var key) ? key : ViewKey.Leave;
        var wait = _read[_next].Time - _at;
        var idle = IdleLimit.Ticks / TimeSpan.TicksPerMicrosecond;
        if (wait > idle)
            _at = _read[_next].Time - idle;
        var began = time.GetTimestamp();
        await Task.Delay(TimeSpan.FromMicroseconds(Frame), time, cancellationToken);
        _at += (long)(time.GetElapsedTime(began).TotalMicroseconds * Speed);
        await PlayToAsync(events, _at);
        return keys.TryRead(out var pressed) ? pressed : null;
    }

    private async Task PlayToAsync(IAsyncEnumerator<RecordedEvent> events, long until)
    {
        while (await ReadToAsync(events, _next) && _read[_next].Time <= until)
            WatchCommand.Apply(_screen, _read[_next++].AsEvent());
        if (_whole && _next == _read.Count)
            _at = Math.Min(until, _read[^1].Time);
    }

    private async Task SeekAsync(IAsyncEnumerator<RecordedEvent> events, long to)
    {
        if (to < _at)
            (_screen, _next) = (new TerminalScreen(DefaultColumns, DefaultRows), 0);
        _at = to;
        await PlayToAsync(events, to);
    }

    /// <summary>False: the recording has no such event.</summary>
    private async ValueTask<bool> ReadToAsync(IAsyncEnumerator<RecordedEvent> events, int index)
    {
        while (_read.Count <= index && !_whole)
        {
            if (await events.MoveNextAsync())
                _read.Add(events.Current);
            else
                _whole = true;
        }
        return index < _read.Count;
    }

    private string Status()
    {
        var state = _whole && _next >= _read.Count ? "over" : _paused ? "paused" : string.Create(CultureInfo.InvariantCulture, $"{Speed:0.##}x");
        return string.Create(CultureInfo.InvariantCulture, $" {TimeSpan.FromMicroseconds(_at):hh\\:mm\\:ss}  {state}  {source.Facts.SessionId}   space pauses, arrows seek, q leaves");
    }
}
