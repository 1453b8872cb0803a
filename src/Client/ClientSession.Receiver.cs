using System.Text;
using System.Text.Json;
using Postern.Protocol.DataStream;
using Postern.Protocol.Messages;

namespace Postern.Client;

public sealed partial class ClientSession
{
    /// <summary>Sorts what arrives: the handshake is answered here, everything else goes to the attached handler. What throws ends the session.</summary>
    private sealed class Receiver(ClientSession session) : IDataStreamReceiver
    {
        private static ReadOnlySpan<byte> ExitCodePrefix => "EXIT_CODE:"u8;

        private readonly ClientHandshake _handshake = new(session.SessionId, session._options.WantExitCode);

        public async ValueTask OnStreamAsync(PayloadType type, ReadOnlyMemory<byte> payload, CancellationToken cancellationToken)
        {
            try
            {
                await TakeAsync(type, payload, cancellationToken);
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                // Set here: the stream reports it as it would report a lost socket.
                session.End(session.Failure(e));
                throw;
            }
        }

        public ValueTask OnChannelClosedAsync(ChannelClosedContent closed)
        {
            session.End(new SessionEnd(SessionEndReason.ChannelClosed, closed.Output ?? ""));
            return ValueTask.CompletedTask;
        }

        private async ValueTask TakeAsync(PayloadType type, ReadOnlyMemory<byte> payload, CancellationToken cancellationToken)
        {
            switch (type)
            {
                case PayloadType.HandshakeRequest:
                    var answer = JsonSerializer.SerializeToUtf8Bytes(_handshake.Answer(payload.Span), MessagesJsonContext.Default.HandshakeResponseContent);
                    if (_handshake.Agreed is { } expected)
                        session._stream.Expect(expected);
                    await session.SendAsync(PayloadType.HandshakeResponse, answer, cancellationToken);
                    break;
                case PayloadType.HandshakeComplete:
                    var facts = _handshake.Complete(payload.Span, out var message);
                    if (_handshake.Agreed is { } agreed)
                        session._stream.Use(agreed);
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

        private void ReadExitCode(ReadOnlySpan<byte> payload)
        {
            if (payload.StartsWith(ExitCodePrefix)
                && int.TryParse(Encoding.ASCII.GetString(payload[ExitCodePrefix.Length..]).Trim(), out var code))
                session.ExitCode = code;
        }
    }
}
