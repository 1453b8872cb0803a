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
    private bool _skipping, _refusing;
    private string? _firstNote;
    private long _skipped;

    private bool HasRoom => _waiting.Count < _limits.MaxWaiting;

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
            Task room;
            lock (_lock)
            {
                if (_refusing)
                    return false;
                if (_closing)
                    return true;
                if (HasRoom || _skipping)
                {
                    var turn = Take(side, header, payload.Span);
                    if (Mode != RecordingMode.Strict || side != SessionSide.Client || header.PayloadType != PayloadType.Output)
                        return turn != Turn.Refused;
                    // One that is kept is recorded later, so it passes later: when it is repeated.
                    if (turn is Turn.Refused or Turn.Kept)
                        return false;
                    break;
                }
                room = _room.Task;
            }
            if (await IsOverAsync(room, cancellationToken))
                Fail($"The disk took nothing for {_limits.LongestWait.TotalSeconds:0} seconds.");
        }
        return await DurableAsync(cancellationToken);
    }

    /// <summary>True when nothing came of the wait.</summary>
    private async Task<bool> IsOverAsync(Task wait, CancellationToken cancellationToken)
    {
        try
        {
            await wait.WaitAsync(_limits.LongestWait, _time, cancellationToken);
            return false;
        }
        catch (TimeoutException)
        {
            return true;
        }
    }

    private Turn Take(SessionSide side, in AgentMessageHeader header, ReadOnlySpan<byte> payload)
    {
        var order = side == SessionSide.Client ? _input : _output;
        var turn = order.Take(header.SequenceNumber, header.PayloadType, payload);
        if (turn == Turn.Now)
        {
            Record(side, header.PayloadType, payload);
            TakeEarly(side, order);
        }
        else if (order.MustGiveUp)
            GiveUp(side, order);
        else if (turn == Turn.Kept)
            _writer.Opened(this); // looked at again when the interval is over, also when nothing follows
        return turn;
    }

    private void TakeEarly(SessionSide side, MessageOrder order)
    {
        while (order.TryTakeEarly(out var early))
        {
            Record(side, early.Type, early.Payload);
            MessageOrder.Return(early);
        }
    }

    private void GiveUp(SessionSide side, MessageOrder order)
    {
        var missing = order.GiveUp();
        Append(RecordingEventKind.Gap, JsonSerializer.SerializeToUtf8Bytes(new RecordingGap
        {
            From = side == SessionSide.Client ? "client" : "agent",
            Messages = missing,
            Reason = Session.IsTakenOver ? "They passed before the gateway was restarted, and were not yet on the disk." : "They never came.",
        }, RecordingsJsonContext.Default.RecordingGap));
        _flows?.Gap(Now, "Messages are missing.");
        TakeEarly(side, order);
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
