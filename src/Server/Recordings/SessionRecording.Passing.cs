using System.Runtime.CompilerServices;
using System.Text.Json;
using Postern.Protocol.Messages;
using Postern.Protocol.Recordings;
using Postern.Server.Sessions;
using Postern.Server.Settings;

namespace Postern.Server.Recordings;

internal sealed partial class SessionRecording
{
    private const int MaxSizePayload = 256;

    private TaskCompletionSource _room = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TypedContents _typed = new();
    private bool _skipping, _refusing, _toldOther, _toldAgain;
    private string? _firstNote;
    private long _skipped;
    // Of a session that was taken over from an earlier process, until both directions have gone on: who has received what, and a signal that somebody has.
    private FirstUnreceived? _unreceivedInput, _unreceivedOutput;
    private TaskCompletionSource _received = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private bool HasRoom => _waiting.Count < _limits.MaxWaiting;

    /// <summary>The relay of a session that was taken over tells what the ends have acknowledged to it, so that nobody waits for what will never come.</summary>
    /// <param name="input">Of what the agent received.</param>
    /// <param name="output">Of what the client received.</param>
    public void Follow(FirstUnreceived input, FirstUnreceived output)
    {
        lock (_lock)
            (_unreceivedInput, _unreceivedOutput) = (input, output);
    }

    /// <summary>An end has acknowledged something, which <see cref="Follow"/>'s functions know already.</summary>
    public void Acknowledged()
    {
        if (Volatile.Read(ref _unreceivedInput) is null)
            return;
        lock (_lock)
        {
            if (!_input.IsResuming && !_output.IsResuming)
                return;
            _received.TrySetResult();
            _received = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }

    /// <summary>
    /// Offers a stream message, before it is passed on; returns when it may be, or never should: false. Waits while the disk cannot keep up; in strict mode, what was
    /// typed waits until it is on the disk.
    /// </summary>
    /// <param name="side">Whose message it is.</param>
    /// <param name="header">Its header.</param>
    /// <param name="payload">Read, and copied if kept.</param>
    /// <param name="cancellationToken">Of the socket it came from.</param>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<bool> PassingAsync(SessionSide side, AgentMessageHeader header, ReadOnlyMemory<byte> payload, CancellationToken cancellationToken)
    {
        while (true)
        {
            Task wait;
            var resumes = false;
            lock (_lock)
            {
                if (_refusing)
                    return false;
                if (_closing) // the session ends, or the gateway stops and the next one records it
                    return Mode != RecordingMode.Strict || side != SessionSide.Client;
                if (!HasRoom && !_skipping)
                {
                    wait = _room.Task;
                }
                else
                {
                    var turn = Checked(side, header, payload.Span);
                    // Dropped, it would have to be found missing by its sender, with all that follows; what it waits for is known in a moment.
                    resumes = turn == Turn.Refused && OrderOf(side).HasRefused;
                    if (!resumes && (Mode != RecordingMode.Strict || side != SessionSide.Client || header.PayloadType != PayloadType.Output))
                        return turn != Turn.Refused;
                    // One that is kept is recorded later, so it passes later: when it is repeated.
                    if (!resumes && turn is Turn.Refused or Turn.Kept)
                        return false;
                    if (!resumes)
                        break;
                    wait = _received.Task;
                }
            }
            if (await IsOverAsync(wait, resumes ? _limits.LongestGapAfterRestart : _limits.LongestWait, cancellationToken) && !resumes)
                Fail(DiskTookNothing);
        }
        return await DurableAsync(cancellationToken);
    }

    private string DiskTookNothing => $"The disk took nothing for {_limits.LongestWait.TotalSeconds:0} seconds.";

    private MessageOrder OrderOf(SessionSide side) => side == SessionSide.Client ? _input : _output;

    /// <summary>True when nothing came of the wait.</summary>
    private async Task<bool> IsOverAsync(Task wait, TimeSpan limit, CancellationToken cancellationToken)
    {
        try
        {
            await wait.WaitAsync(limit, _time, cancellationToken);
            return false;
        }
        catch (TimeoutException)
        {
            return true;
        }
    }

    /// <summary>What is typed, or sent into a tunnel, must stay what it was for as long as the node may take it.</summary>
    private Turn Checked(SessionSide side, in AgentMessageHeader header, ReadOnlySpan<byte> payload)
    {
        if (side != SessionSide.Client)
            return Take(side, header, payload);
        if (!_typed.HasRoom(header.SequenceNumber))
            return Turn.Refused;
        var digest = TypedContents.DigestOf(header.PayloadType, payload);
        var allowed = _typed.Allows(header.SequenceNumber, digest);
        var turn = allowed ? Take(side, header, payload) : Turn.Refused;
        if (turn is Turn.Now or Turn.Kept)
            _typed.Remember(header.SequenceNumber, digest);
        else if (!allowed && !_toldOther)
        {
            _toldOther = true;
            Note(new RecordingNote { Text = "The client sent a message a second time with other content. Such are not passed on." });
        }
        return turn;
    }

    private Turn Take(SessionSide side, in AgentMessageHeader header, ReadOnlySpan<byte> payload)
    {
        var order = OrderOf(side);
        var isFromBefore = order.IsFromBefore(header.SequenceNumber);
        if (isFromBefore && side == SessionSide.Client && _typed.IsAcknowledged(header.SequenceNumber))
            return Turn.Repeated; // the node takes it no more, whatever it is
        while (true)
        {
            var turn = order.Take(header.SequenceNumber, header.PayloadType, payload);
            if (turn == Turn.Now)
            {
                if (isFromBefore)
                    TellAgain();
                Record(side, header.PayloadType, payload);
                TakeEarly(side, order);
            }
            else if (turn != Turn.Repeated && (SkipReceived(side, order) || GaveUp(side, order)))
            {
                if (turn == Turn.Refused)
                    continue; // there may be room for it now
            }
            else if (turn == Turn.Kept)
            {
                _writer.Opened(this); // looked at again when the interval is over, also when nothing follows
            }
            return turn;
        }
    }

    private void TakeEarly(SessionSide side, MessageOrder order)
    {
        while (order.TryTakeEarly(out var early))
        {
            Record(side, early.Type, early.Payload);
            MessageOrder.Return(early);
        }
    }

    /// <summary>What its receiver has acknowledged, and never came here, passed before the gateway was restarted.</summary>
    private bool SkipReceived(SessionSide side, MessageOrder order)
    {
        var first = (side == SessionSide.Client ? _unreceivedInput : _unreceivedOutput)?.Invoke(order.Next) ?? order.Next;
        if (first <= order.Next)
            return false;
        while (order.Next < first)
            Missed(side, order, order.SkipTo(first));
        return true;
    }

    private bool GaveUp(SessionSide side, MessageOrder order)
    {
        if (!order.MustGiveUp)
            return false;
        Missed(side, order, order.GiveUp());
        return true;
    }

    private void Missed(SessionSide side, MessageOrder order, long messages)
    {
        if (messages > 0)
            TellMissed(side, messages);
        TakeEarly(side, order);
    }

    private void TellMissed(SessionSide side, long messages)
    {
        // Connections are told of the restart when they are taken over, with what is known of them; messages are nothing to them.
        if (_flows is null || !Session.IsTakenOver)
            Append(RecordingEventKind.Gap, JsonSerializer.SerializeToUtf8Bytes(new RecordingGap
            {
                From = side == SessionSide.Client ? "client" : "agent",
                Messages = messages,
                Reason = Session.IsTakenOver ? "They passed before the gateway was restarted, and were not yet on the disk." : "They never came.",
            }, RecordingsJsonContext.Default.RecordingGap));
        _flows?.Gap(Now, "Messages are missing.");
    }

    private void Record(SessionSide side, PayloadType type, ReadOnlySpan<byte> payload)
    {
        switch (side, type)
        {
            case (_, PayloadType.Output or PayloadType.StdErr) when _flows is null:
                if (!payload.IsEmpty)
                    Append(side == SessionSide.Client ? RecordingEventKind.Input : RecordingEventKind.Output, payload);
                break;
            case (_, PayloadType.Output):
                _flows!.Pass(side, payload, Now);
                break;
            case (SessionSide.Client, PayloadType.Flag):
                _flows?.Flag(payload, Now);
                break;
            case (SessionSide.Client, PayloadType.Size) when payload.Length <= MaxSizePayload:
                Resize(payload);
                break;
            case (SessionSide.Agent, PayloadType.ExitCode) when int.TryParse(payload, out var code):
                Note(new RecordingNote { Text = $"The command ended with exit code {code}.", ExitCode = code });
                break;
        }
    }

    private void Resize(ReadOnlySpan<byte> payload)
    {
        try
        {
            var size = JsonSerializer.Deserialize(payload, MessagesJsonContext.Default.SizeContent);
            Span<byte> text = stackalloc byte[32];
            if (size is { Columns: > 0, Rows: > 0 } && System.Text.Unicode.Utf8.TryWrite(text, $"{size.Columns}x{size.Rows}", out var length))
                Append(RecordingEventKind.Resize, text[..length]);
        }
        catch (JsonException)
        {
            return; // the node drops it as well
        }
    }

    private void Note(RecordingNote note) => Append(RecordingEventKind.Note, JsonSerializer.SerializeToUtf8Bytes(note, RecordingsJsonContext.Default.RecordingNote));

    private void TellAgain()
    {
        if (_toldAgain)
            return;
        _toldAgain = true;
        Note(new RecordingNote { Text = "What the client sends again after the restart, and the node has not acknowledged, is recorded again: whether it is what passed before is not known." });
    }

    private void TellFirst(string text)
    {
        _firstNote = null;
        Put(RecordingEventKind.Note, JsonSerializer.SerializeToUtf8Bytes(new RecordingNote { Text = text }, RecordingsJsonContext.Default.RecordingNote));
    }

    private void TellSkipped()
    {
        var gap = new RecordingGap { Messages = _skipped, Reason = "The disk did not take them." };
        _skipped = 0;
        Put(RecordingEventKind.Gap, JsonSerializer.SerializeToUtf8Bytes(gap, RecordingsJsonContext.Default.RecordingGap));
    }
}
