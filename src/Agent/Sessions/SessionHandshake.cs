using System.Text.Json;
using Postern.Agent.Sessions.Documents;
using Postern.Protocol.DataStream;
using Postern.Protocol.Messages;

namespace Postern.Agent.Sessions;

/// <summary>The node's part of the handshake: says what the session is, learns who the client is, tells it to begin.</summary>
internal sealed class SessionHandshake(DataStream stream, TimeProvider time)
{
    private const string TimeoutText =
        "Encountered error while initiating handshake. Handshake timed out. Please ensure that you have the latest version of the session manager plugin.";

    /// <summary>How long a client may take to attach. The gateway gives up earlier; this only bounds a gateway that never does.</summary>
    private static readonly TimeSpan ClientPatience = TimeSpan.FromMinutes(10);
    /// <summary>How long an attached client may take to answer.</summary>
    private static readonly TimeSpan AnswerLimit = TimeSpan.FromSeconds(15);

    private readonly TaskCompletionSource<HandshakeResponseContent> _response = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _started;

    /// <summary>Takes the client's answer. An answer that cannot be read fails the session.</summary>
    public void OnResponse(ReadOnlySpan<byte> payload)
    {
        try
        {
            var response = JsonSerializer.Deserialize(payload, MessagesJsonContext.Default.HandshakeResponseContent)
                ?? throw new JsonException("null");
            _response.TrySetResult(response);
        }
        catch (JsonException error)
        {
            _response.TrySetException(new SessionFailedException($"Encountered error while initiating handshake. The client's HandshakeResponse cannot be read: {error.Message}"));
        }
    }

    public async Task<HandshakeResponseContent> RequestAsync(SessionDocument document, PosternOffer offer, CancellationToken cancellationToken)
    {
        _started = time.GetTimestamp();
        var properties = document.SessionType == SessionDocument.Port && document.Properties.ValueKind == JsonValueKind.Object ? document.Properties : (JsonElement?)null;
        var parameters = JsonSerializer.SerializeToElement(
            new SessionTypeParameters(document.SessionType, properties), MessagesJsonContext.Default.SessionTypeParameters);
        var request = new HandshakeRequestContent
        {
            RequestedClientActions = [new RequestedClientAction(RequestedClientAction.SessionType, parameters)],
            Postern = offer,
        };
        await stream.SendAsync(
            PayloadType.HandshakeRequest,
            JsonSerializer.SerializeToUtf8Bytes(request, MessagesJsonContext.Default.HandshakeRequestContent), cancellationToken);
        // Acknowledged means that a client has it: only then does its time run.
        if (!await stream.FlushAsync(ClientPatience, cancellationToken))
            throw new SessionFailedException(TimeoutText);
        try
        {
            return Checked(await _response.Task.WaitAsync(AnswerLimit, time, cancellationToken));
        }
        catch (TimeoutException)
        {
            throw new SessionFailedException(TimeoutText);
        }
    }

    /// <param name="customerMessage">Printed by the client when not empty.</param>
    public ValueTask CompleteAsync(string customerMessage, CancellationToken cancellationToken)
    {
        var nanoseconds = time.GetElapsedTime(_started).Ticks * TimeSpan.NanosecondsPerTick;
        var content = new HandshakeCompleteContent(nanoseconds, customerMessage);
        return stream.SendAsync(
            PayloadType.HandshakeComplete,
            JsonSerializer.SerializeToUtf8Bytes(content, MessagesJsonContext.Default.HandshakeCompleteContent), cancellationToken);
    }

    private static HandshakeResponseContent Checked(HandshakeResponseContent response)
    {
        const int succeeded = 1;
        foreach (var action in response.ProcessedClientActions ?? [])
            if (action.ActionStatus != succeeded)
                throw new SessionFailedException(
                    $"Encountered error while initiating handshake. {action.ActionType} failed on client with status {action.ActionStatus} error: {action.Error}");
        return response;
    }
}
