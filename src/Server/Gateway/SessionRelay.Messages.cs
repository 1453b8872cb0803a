using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using Postern.Protocol.DataStream;
using Postern.Protocol.Messages;
using Postern.Server.Sessions;

namespace Postern.Server.Gateway;

internal sealed partial class SessionRelay
{
    private const byte SmuxVersion = 1, SmuxNop = 3, SmuxHeaderSize = 8;
    private readonly InputNumbers _inputNumbers = new();
    private long _highestInput = -1, _highestOutput = -1;

    private async Task ReceiveAsync(ChannelSocket socket, SessionSide side)
    {
        using var reader = new FrameReader(socket.Socket, _options.MaxDataFrame);
        for (var bad = 0; bad <= _options.MaxBadFrames;)
        {
            switch (await reader.ReadAsync(socket.Aborted))
            {
                case FrameResult.Closed:
                    return;
                case FrameResult.TooLong:
                    socket.Abort($"It sent a message of more than {_options.MaxDataFrame} bytes.");
                    return;
            }
            if (!AgentMessageCodec.TryRead(reader.Frame.Span, out var header, out _))
                bad++;
            else if (!(side == SessionSide.Client ? await FromClientAsync(header, reader.Frame, socket.Aborted) : await FromAgentAsync(header, reader.Frame, socket.Aborted)))
                bad++;
        }
        Log.TooManyBadFrames(_log, SessionId, side);
        socket.Abort("It sent too many messages that are not allowed on a data channel.");
    }

    /// <summary>False when the message is not one that an agent sends here; it is dropped then.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<bool> FromAgentAsync(AgentMessageHeader header, ReadOnlyMemory<byte> frame, CancellationToken cancellationToken)
    {
        if (AgentMessageCodec.OmitsDigest(frame.Span) ? !_gate.AllowsNoDigest : _recording is { IsTerminal: true } && !AgentMessageCodec.HasValidDigest(frame.Span))
            return false;
        switch (header.MessageType)
        {
            case AgentMessageType.Acknowledge:
                if (!AckFrame.TryReadSequence(AgentMessageCodec.PayloadOf(frame.Span), out var acknowledged))
                    return false;
                Remember(_ackedByAgent, header, acknowledged);
                await _toClient.SendAsync(FrameKind.Acknowledge, acknowledged, frame, cancellationToken);
                return true;
            case AgentMessageType.OutputStreamData:
                if (header.SequenceNumber < 0)
                    return false;
                if (_ackedByClient.Contains(header.SequenceNumber))
                {
                    await _toAgent.SendAsync(FrameKind.Acknowledge, header.SequenceNumber, MessageFactory.Acknowledge(header, _time), cancellationToken);
                    return true;
                }
                if (header.PayloadType == PayloadType.HandshakeRequest)
                    _gate.Requested(AgentMessageCodec.PayloadOf(frame.Span));
                if (_recording is not null && !await _recording.PassingAsync(SessionSide.Agent, header, AgentMessageCodec.PayloadOf(frame), cancellationToken))
                    return true; // not to be seen unrecorded: it comes again, or the session ends
                NoteActivity(SessionSide.Agent, ref _highestOutput, header, frame.Span);
                _ackedByClient.Passing(header.SequenceNumber);
                var kind = header.PayloadType == PayloadType.HandshakeComplete ? FrameKind.HandshakeComplete : FrameKind.Stream;
                await _toClient.SendAsync(kind, header.SequenceNumber, frame, cancellationToken);
                return true;
            case AgentMessageType.AgentSessionState:
                return true; // meant for the gateway, which knows from the sockets; clients must not see it
            default:
                return false;
        }
    }

    /// <summary>False when the message is not one that a client sends; it is dropped then.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<bool> FromClientAsync(AgentMessageHeader header, ReadOnlyMemory<byte> frame, CancellationToken cancellationToken)
    {
        // AWS's agent takes what is wrong for right. Our own ends look themselves; but what they drop must not be recorded in place of what they take.
        if (AgentMessageCodec.OmitsDigest(frame.Span) ? !_gate.AllowsNoDigest : (!_gate.IsOurs || _recording is not null) && !AgentMessageCodec.HasValidDigest(frame.Span))
            return false;
        switch (header.MessageType)
        {
            case AgentMessageType.Acknowledge:
                if (!AckFrame.TryReadSequence(AgentMessageCodec.PayloadOf(frame.Span), out var acknowledged))
                    return false;
                Remember(_ackedByClient, header, acknowledged);
                if (_watch?.Acknowledged(acknowledged, out var alsoReceived) == true)
                    _ackedByClient.Add(alsoReceived);
                await _toAgent.SendAsync(FrameKind.Acknowledge, acknowledged, frame, cancellationToken);
                return true;
            case AgentMessageType.InputStreamData:
                if (header.SequenceNumber < 0)
                    return false;
                await FromClientStreamAsync(header, frame, cancellationToken);
                // After it was forwarded, and whatever became of it.
                if (IsTermination(header, frame.Span))
                    await _session.PostAsync(new SessionEvent.Terminate("Terminated by the client.", ""), cancellationToken);
                return true;
            default:
                return false;
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask FromClientStreamAsync(AgentMessageHeader header, ReadOnlyMemory<byte> frame, CancellationToken cancellationToken)
    {
        if (!_gate.IsOurs && _inputNumbers.NumberOf(header, frame.Span) is var number && number != header.SequenceNumber)
        {
            Log.Renumbered(_log, SessionId, header.SequenceNumber, number);
            header = header with { SequenceNumber = number };
            frame = AgentMessageCodec.Renumber(frame.Span, number);
        }
        if (_ackedByAgent.Contains(header.SequenceNumber))
        {
            await _toClient.SendAsync(FrameKind.Acknowledge, header.SequenceNumber, MessageFactory.Acknowledge(header, _time), cancellationToken);
            return;
        }
        if (header.PayloadType == PayloadType.HandshakeResponse)
            _gate.Responded(header.SequenceNumber, AgentMessageCodec.PayloadOf(frame.Span));
        else if (header.PayloadType == PayloadType.EncChallengeResponse)
            _gate.Challenged(header.SequenceNumber);
        else if (_gate.ClientSpoke())
            _toClient.Wake();
        if (_recording is not null && !await _recording.PassingAsync(SessionSide.Client, header, AgentMessageCodec.PayloadOf(frame), cancellationToken))
            return;
        NoteActivity(SessionSide.Client, ref _highestInput, header, frame.Span);
        _ackedByAgent.Passing(header.SequenceNumber);
        await _toAgent.SendAsync(FrameKind.Stream, header.SequenceNumber, frame, cancellationToken);
    }

    private void Remember(AckMemory memory, in AgentMessageHeader header, long acknowledged)
    {
        if (header.Flags.HasFlag(MessageFlags.Cumulative) && _gate.AllowsCumulativeAcks)
            memory.AddUpTo(acknowledged);
        else
            memory.Add(acknowledged);
        _recording?.Acknowledged();
    }

    /// <summary>Data that passes for the first time keeps a session from being idle; sizes, flags, handshakes and the multiplexer's own messages do not.</summary>
    private void NoteActivity(SessionSide from, ref long highest, in AgentMessageHeader header, ReadOnlySpan<byte> frame)
    {
        if (header.SequenceNumber <= highest || header.PayloadType is not (PayloadType.Output or PayloadType.StdErr or PayloadType.ExitCode))
            return;
        highest = header.SequenceNumber;
        var payload = AgentMessageCodec.PayloadOf(frame);
        _session.Passed(from, payload.Length);
        if (!(_session.Row.IsMultiplexed && payload.Length == SmuxHeaderSize && payload[0] == SmuxVersion && payload[1] == SmuxNop))
            _session.Touch();
    }

    private static bool IsTermination(in AgentMessageHeader header, ReadOnlySpan<byte> frame)
        => header.PayloadType == PayloadType.Flag && header.PayloadLength == sizeof(uint)
            && BinaryPrimitives.ReadUInt32BigEndian(AgentMessageCodec.PayloadOf(frame)) == (uint)PayloadFlag.TerminateSession;
}
