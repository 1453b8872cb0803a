using System.Text;
using System.Text.Json;
using Postern.Protocol.DataStream;
using Postern.Protocol.Messages;

namespace Postern.Client;

public sealed partial class ClientSession
{
    /// <summary>Sorts what arrives: the handshake is answered here, everything else goes to the attached handler.</summary>
    private sealed class Receiver(ClientSession session) : IDataStreamReceiver
    {
        private static ReadOnlySpan<byte> ExitCodePrefix => "EXIT_CODE:"u8;

        private readonly ClientHandshake _handshake = new(session.SessionId);
        private Task _answer = Task.CompletedTask;

        public async ValueTask OnStreamAsync(PayloadType type, ReadOnlyMemory<byte> payload, CancellationToken cancellationToken)
        {
            try
            {
                await HandleAsync(type, payload, cancellationToken);
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                session.End(new SessionEnd(SessionEndReason.ProtocolError, $"The session {session.SessionId} cannot go on: {e.Message}", e));
            }
        }

        public ValueTask OnChannelClosedAsync(ChannelClosedContent closed)
        {
            session.End(new SessionEnd(SessionEndReason.ChannelClosed, closed.Output));
            return ValueTask.CompletedTask;
        }

        private async ValueTask HandleAsync(PayloadType type, ReadOnlyMemory<byte> payload, CancellationToken cancellationToken)
        {
            switch (type)
            {
                case PayloadType.HandshakeRequest:
                    await _answer;
                    _answer = AnswerAsync(_handshake.Answer(payload.Span));
                    break;
                case PayloadType.HandshakeComplete:
                    await _answer;
                    var facts = _handshake.Complete(payload.Span, out var message, out var maxPayload);
                    session._stream.MaxPayload = maxPayload;
                    if (message.Length > 0)
                        session.Notice(SessionNoticeKind.CustomerMessage, message);
                    session.BecomeReady(facts);
                    break;
                case PayloadType.EncChallengeRequest:
                    break; // only after KMSEncryption, which was answered as unsupported
                default:
                    // Without a handshake the first data means a shell, as for every client.
                    if (session._facts is null && !_handshake.Requested)
                        session.BecomeReady(new SessionFacts { Kind = SessionKind.Shell });
                    if (type == PayloadType.ExitCode)
                        ReadExitCode(payload.Span);
                    if (session._handler is null)
                        await session._attached.Task.WaitAsync(cancellationToken);
                    await session._handler!(type, payload, cancellationToken);
                    break;
            }
        }

        /// <summary>Runs beside the receive loop, so that the request is acknowledged before its answer goes out.</summary>
        private async Task AnswerAsync(HandshakeResponseContent response)
        {
            await Task.Yield();
            var json = JsonSerializer.SerializeToUtf8Bytes(response, MessagesJsonContext.Default.HandshakeResponseContent);
            await session.SendAsync(PayloadType.HandshakeResponse, json, CancellationToken.None);
        }

        private void ReadExitCode(ReadOnlySpan<byte> payload)
        {
            if (payload.StartsWith(ExitCodePrefix)
                && int.TryParse(Encoding.ASCII.GetString(payload[ExitCodePrefix.Length..]).Trim(), out var code))
                session.ExitCode = code;
        }
    }
}
