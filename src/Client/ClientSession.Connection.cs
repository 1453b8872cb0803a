using System.Buffers;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Security.Authentication;
using System.Text.Json;
using Postern.Protocol.AwsJson;
using Postern.Protocol.DataStream;
using Postern.Protocol.Messages;

namespace Postern.Client;

public sealed partial class ClientSession
{
    /// <summary>A connection that lived this long was a good one: the next loss starts with fresh attempts.</summary>
    private static readonly TimeSpan StableAfter = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan ResumeLimit = TimeSpan.FromSeconds(20);

    private readonly string _clientId = Guid.NewGuid().ToString();

    /// <summary>Opens the data channel, and again with a fresh token each time it is lost, until the session is over.</summary>
    private async Task RunAsync(Uri url, string firstToken)
    {
        try
        {
            await KeepConnectedAsync(url, firstToken);
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // Ended meanwhile, with its own reason. A failure of this end's may overtake the exception that tells of it.
            if ((await Ended).Reason == SessionEndReason.Failed)
                await CallTerminateAsync();
        }
        catch (Exception e)
        {
            End(Failure(e));
            await CallTerminateAsync();
        }
        finally
        {
            await _stream.DisposeAsync();
        }
    }

    private async Task KeepConnectedAsync(Uri url, string firstToken)
    {
        string? token = firstToken;
        var attempt = 0;
        var opened = false;
        var noticed = false;
        long outage = _time.GetTimestamp();
        while (!_stop.IsCancellationRequested)
        {
            await Task.Delay(Backoff.Before(attempt), _time, _stop.Token);
            try
            {
                if (token is null)
                {
                    var resumed = await ResumeAsync();
                    if (resumed is null)
                        return;
                    token = resumed.TokenValue!;
                    if (Uri.TryCreate(resumed.StreamUrl, UriKind.Absolute, out var other))
                        url = other;
                }
                var connecting = _calls.Connect(url, _stop.Token);
                var open = OpenFrame(token); // made while the connection is
                using var socket = await connecting;
                await socket.SendAsync(open, WebSocketMessageType.Text, endOfMessage: true, _stop.Token);
                token = null;
                var since = _time.GetTimestamp();
                if (noticed)
                    Notice(SessionNoticeKind.ConnectionRestored, "The connection is back.");
                opened = true;
                noticed = false;
                if (await _stream.RunAsync(socket, _stop.Token) != SocketEnd.Lost)
                    return;
                if (_time.GetElapsedTime(since) >= StableAfter)
                    attempt = 0;
                if (attempt == 0)
                    outage = _time.GetTimestamp();
                // At once for the first time after a good connection, then slower: a gateway may accept and drop again and again.
                if (attempt++ == 0)
                    continue;
            }
            catch (Exception e) when (IsTransient(e) && !_stop.IsCancellationRequested)
            {
                attempt++;
                if (!opened && (attempt >= _options.OpenAttempts || IsFinal(e)))
                {
                    End(new SessionEnd(SessionEndReason.Unreachable, $"The data channel {url.Authority} cannot be opened: {Cause(e)}", e));
                    return;
                }
                if (_time.GetElapsedTime(outage) > _options.ReconnectLimit)
                {
                    End(new SessionEnd(SessionEndReason.Unreachable, $"The connection to {url.Authority} is lost: {Cause(e)}", e));
                    return;
                }
                if (opened && !noticed)
                {
                    noticed = true;
                    Notice(SessionNoticeKind.ConnectionLost, $"The connection to {url.Authority} is lost ({Cause(e)}); trying to get it back.");
                }
            }
        }
    }

    /// <summary>A fresh token; null when the session is over (its end is set then).</summary>
    private async Task<ResumeSessionResponse?> ResumeAsync()
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
        limit.CancelAfter(ResumeLimit);
        try
        {
            var resumed = await _calls.Resume(SessionId, limit.Token);
            if (!string.IsNullOrEmpty(resumed.TokenValue))
                return resumed;
            End(new SessionEnd(SessionEndReason.TimedOut, $"The session {SessionId} has ended while the connection was away."));
        }
        catch (AwsErrorException e) when (e.Code.StartsWith("DoesNotExist", StringComparison.Ordinal))
        {
            End(new SessionEnd(SessionEndReason.TimedOut, $"The session {SessionId} has ended while the connection was away.", e));
        }
        catch (AwsErrorException e) when (e.Status < 500 && !e.Code.Contains("Throttl", StringComparison.Ordinal))
        {
            End(new SessionEnd(SessionEndReason.Refused, $"The session {SessionId} cannot be resumed: {e.Code}: {e.Message}", e));
        }
        catch (ServiceCallException e)
        {
            End(new SessionEnd(SessionEndReason.Refused, $"The session {SessionId} cannot be resumed: {e.Message}", e));
        }
        catch (OperationCanceledException e) when (!_stop.IsCancellationRequested)
        {
            throw new HttpRequestException("ResumeSession got no answer in time.", e);
        }
        return null;
    }

    private SessionEnd Failure(Exception e) => new(SessionEndReason.Failed, $"The session {SessionId} cannot go on: {e.Message}", e);

    /// <summary>An <see cref="OpenDataChannelInput"/>, by hand: a serializer is made ready while the node works, not before.</summary>
    private ReadOnlyMemory<byte> OpenFrame(string token)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using var json = new Utf8JsonWriter(buffer);
        json.WriteStartObject();
        json.WriteString(nameof(OpenDataChannelInput.MessageSchemaVersion), ProtocolVersions.MessageSchema);
        json.WriteString(nameof(OpenDataChannelInput.RequestId), Guid.NewGuid().ToString());
        json.WriteString(nameof(OpenDataChannelInput.TokenValue), token);
        json.WriteString(nameof(OpenDataChannelInput.ClientId), _clientId);
        json.WriteString(nameof(OpenDataChannelInput.ClientVersion), ProtocolVersions.Client);
        json.WriteEndObject();
        json.Flush();
        return buffer.WrittenMemory;
    }

    private void Notice(SessionNoticeKind kind, string text) => _options.OnNotice?.Invoke(new SessionNotice(kind, text));

    /// <summary>A socket that is aborted under a send or receive reports cancellation.</summary>
    private static bool IsTransient(Exception e)
        => e is WebSocketException or HttpRequestException or SocketException or AuthenticationException or IOException or AwsErrorException or OperationCanceledException or ObjectDisposedException;

    /// <summary>Trying again cannot help: the certificate is not trusted, or the service does not want this socket.</summary>
    private static bool IsFinal(Exception e)
    {
        for (Exception? inner = e; inner is not null; inner = inner.InnerException)
            if (inner is AuthenticationException)
                return true;
        return false;
    }

    private static string Cause(Exception e) => e.InnerException is { } inner ? Cause(inner) : e.Message;
}
