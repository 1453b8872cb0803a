using Postern.Client.Transport;
using Postern.Protocol.AwsJson;
using Postern.Protocol.SigV4;

namespace Postern.Client;

/// <summary>Where a <see cref="SessionClient"/> calls, and as whom.</summary>
public sealed record SessionClientOptions
{
    /// <summary>Scheme, host and port of the API.</summary>
    public required Uri Endpoint { get; init; }
    /// <summary>Region that requests are signed for.</summary>
    public required string Region { get; init; }
    /// <summary>Asked before every call; may throw when there are none.</summary>
    public required Func<AwsCredentials?> Credentials { get; init; }
    public TimeProvider Time { get; init; } = TimeProvider.System;
}

/// <summary>
/// Starts sessions and opens their data channels. The transport is the caller's and may serve several clients.
/// Calls throw <see cref="AwsErrorException"/> when the service refuses, HttpRequestException when it cannot be reached.
/// </summary>
public sealed class SessionClient(GatewayTransport transport, SessionClientOptions options)
{
    private static readonly SessionNotice Busy = new(SessionNoticeKind.Waiting, "The gateway is busy starting other sessions; trying again for a minute.");

    private readonly Lazy<AwsJsonClient> _api = new(() => new(transport.SendAsync, options.Endpoint, options.Region, options.Credentials, options.Time));

    /// <summary>Any operation of the API.</summary>
    public Task<TResponse> CallAsync<TRequest, TResponse>(AwsOperation<TRequest, TResponse> operation, TRequest request, CancellationToken cancellationToken)
        => _api.Value.CallAsync(operation, request, cancellationToken);

    /// <summary>Starts a session and opens its data channel. Wait for <see cref="ClientSession.Ready"/> before using it.</summary>
    public async Task<ClientSession> StartAsync(StartSessionRequest request, SessionOptions session, CancellationToken cancellationToken)
        => Open(await _api.Value.StartSessionAsync(request, () => session.OnNotice?.Invoke(Busy), cancellationToken), session);

    /// <summary>Opens the data channel of a session that was started elsewhere. The session id, token and stream URL must be there.</summary>
    public ClientSession Open(StartSessionResponse started, SessionOptions session)
    {
        var calls = new SessionCalls(
            transport.OpenWebSocketAsync,
            (id, token) => CallAsync(SsmOperations.ResumeSession, new ResumeSessionRequest { SessionId = id }, token),
            (id, token) => CallAsync(SsmOperations.TerminateSession, new TerminateSessionRequest { SessionId = id }, token));
        return new ClientSession(started, calls, session, options.Time);
    }
}
