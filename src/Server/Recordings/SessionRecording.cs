using System.Text.Json;
using Postern.Protocol.Recordings;
using Postern.Server.Recordings.Flows;
using Postern.Server.Sessions;
using Postern.Server.Settings;

namespace Postern.Server.Recordings;

/// <summary>Gets each event as it is recorded, on the thread of the message and under the recording's lock: copy, and return.</summary>
/// <param name="number">Of the event, from 0 at the recording's beginning.</param>
/// <param name="recorded">What was recorded.</param>
internal delegate void RecordedEventHandler(long number, RecordingEvent recorded);

/// <summary>The first message, from this number on, that its receiver has not acknowledged as far as is known.</summary>
internal delegate long FirstUnreceived(long number);

/// <summary>
/// The recording of one session. What passes is offered to it by the relay, before it is passed on; events are gathered into chunks, which the writer puts into the
/// file. The node that is watched has no part in it.
/// </summary>
internal sealed partial class SessionRecording
{
    private readonly Lock _lock = new();
    private readonly RecordingLimits _limits;
    private readonly RecordingWriter _writer;
    private readonly TimeProvider _time;
    private readonly Action<SessionRecording, RecordingNews> _tell;
    private readonly MessageOrder _input, _output;
    private readonly long _opened, _base;
    private readonly SessionFlows? _flows;
    private RecordedEventHandler? _handlers;
    private ChunkBuffer? _open;
    private RecordingTotals _totals;
    private long _lastTime;

    /// <param name="session">Live.</param>
    /// <param name="mode">Not off.</param>
    /// <param name="path">Of the file, below the folder of recordings.</param>
    /// <param name="start">A new file, or where the earlier process left off.</param>
    /// <param name="writer">Of all recordings.</param>
    /// <param name="limits">Limits and times.</param>
    /// <param name="time">Clock of events.</param>
    /// <param name="tell">Told what becomes of it; never under the lock of somebody else.</param>
    public SessionRecording(LiveSession session, RecordingMode mode, string path, RecordingStart start, RecordingWriter writer, RecordingLimits limits, TimeProvider time,
        Action<SessionRecording, RecordingNews> tell)
    {
        Kind = RecordingKinds.Of(session.Row);
        (Session, Mode, RelativePath, _writer, _limits, _time, _tell) = (session, mode, path, writer, limits, time, tell);
        (_file, _totals, _written, _lastTime) = (start.File, start.Totals, start.Totals.Events, start.Time); // none of it is known to be on the disk
        (_input, _output) = (new MessageOrder(limits, time), new MessageOrder(limits, time));
        _opened = time.GetTimestamp();
        _base = Math.Max(start.Time, (time.GetUtcNow() - DateTimeOffset.FromUnixTimeMilliseconds(session.Row.StartedAt)).Ticks / TimeSpan.TicksPerMicrosecond);
        _firstNote = start.Note;
        _flows = Kind is RecordingKinds.Port or RecordingKinds.Ssh ? new SessionFlows(session.Row, Append, start.Totals.Flows) : null;
        Begin(start);
    }

    private void Begin(RecordingStart start)
    {
        if (!Session.IsTakenOver)
        {
            _input.StartAt(start.NextInput);
            _output.StartAt(start.NextOutput);
            return;
        }
        // Which numbers were withheld, and what was sent under the others, went with the earlier process: what is typed is rather recorded twice than never.
        _input.ResumeAt(start.NextInput, again: IsTerminal);
        _output.ResumeAt(start.NextOutput);
        _flows?.Gap(_base, "The gateway was restarted.");
    }

    public LiveSession Session { get; }
    public string SessionId => Session.Id;
    public RecordingMode Mode { get; }
    public string RelativePath { get; }
    public string Kind { get; }

    /// <summary>Says which of the client's messages the node has acknowledged; asked under the recording's lock.</summary>
    public void KnowAcknowledged(Func<long, bool> isAcknowledged) => _typed.IsAcknowledged = isAcknowledged;

    /// <summary>What is typed and shown is recorded, not connections.</summary>
    public bool IsTerminal => _flows is null;

    /// <summary>Microseconds since the session's start, as the next event would have them.</summary>
    public long Now => Math.Max(Volatile.Read(ref _lastTime), _base + _time.GetElapsedTime(_opened).Ticks / TimeSpan.TicksPerMicrosecond);

    /// <summary>What was recorded, on the disk or not.</summary>
    public RecordingTotals Totals
    {
        get
        {
            lock (_lock)
                return _totals;
        }
    }

    /// <summary>
    /// Events from now on come to the handler too. Returns the number of the first that will: those before are in the file once <see cref="FlushAsync"/> has returned,
    /// possibly with some that come to the handler.
    /// </summary>
    public long Attach(RecordedEventHandler handler)
    {
        lock (_lock)
        {
            _handlers += handler;
            return _totals.Events;
        }
    }

    public void Detach(RecordedEventHandler handler)
    {
        lock (_lock)
            _handlers -= handler;
    }

    /// <summary>Adds an event that is no message: a flow, a statement, a note. Lost when there is no room and the session goes on without.</summary>
    public void Add(RecordingEventKind kind, ReadOnlySpan<byte> body)
    {
        lock (_lock)
            if (!_closing)
                Append(kind, body);
    }

    private void Append(RecordingEventKind kind, ReadOnlySpan<byte> body)
    {
        if (_skipping && !HasRoom)
        {
            _skipped++;
            return;
        }
        if (_firstNote is not null)
            TellFirst(_firstNote);
        if (_skipped > 0)
            TellSkipped();
        Put(kind, body);
        if (_open!.Length >= _limits.ChunkSize)
            CloseChunk();
    }

    private void Put(RecordingEventKind kind, ReadOnlySpan<byte> body)
    {
        var now = _lastTime = Now;
        if (body.Length > RecordingFormat.MaxEvent)
        {
            body = JsonSerializer.SerializeToUtf8Bytes(new RecordingGap { Reason = $"An event of {body.Length} bytes was too long." }, RecordingsJsonContext.Default.RecordingGap);
            kind = RecordingEventKind.Gap;
        }
        if (_open is not null && _open.Length + body.Length + EventCodec.MaxOverhead > RecordingFormat.MaxEvents)
            CloseChunk();
        if (_open is null)
        {
            _open = new ChunkBuffer(now);
            _writer.Opened(this);
        }
        _open.Append(kind, now, body);
        var number = _totals.Events;
        _totals = _totals.With(kind, body.Length);
        _handlers?.Invoke(number, new RecordingEvent { Kind = kind, Time = now, Body = body });
    }

    private void CloseChunk()
    {
        if (_open is null)
            return;
        (_open.Totals, _open.NextInput, _open.NextOutput) = (_totals, _input.Next, _output.Next);
        _waiting.Enqueue(_open);
        _open = null;
        _writer.Schedule(this);
    }
}

/// <summary>Where a recording begins, or goes on.</summary>
/// <param name="File">Of this gateway.</param>
/// <param name="Totals">What it holds already.</param>
/// <param name="Time">Of its last event, microseconds.</param>
/// <param name="NextInput">See <see cref="MessageOrder.Next"/>.</param>
/// <param name="NextOutput">See <see cref="MessageOrder.Next"/>.</param>
/// <param name="Note">Told before the first event; null: nothing is to be told.</param>
internal sealed record RecordingStart(RecordingFile File, RecordingTotals Totals, long Time, long NextInput, long NextOutput, string? Note);

/// <summary>What becomes of a recording.</summary>
internal enum RecordingNews
{
    /// <summary>Its first chunk is in its file.</summary>
    Begun,
    /// <summary>It could not be written.</summary>
    Failed,
    /// <summary>It can be written again.</summary>
    Recovered,
    /// <summary>It has its end, and is on the disk; or nothing was recorded.</summary>
    Ended,
    /// <summary>Its end could not be written.</summary>
    Abandoned,
}
