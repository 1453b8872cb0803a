using System.Net;
using System.Net.Http.Headers;
using System.Net.WebSockets;
using System.Security.Cryptography;
using System.Text.Json;
using Postern.Agent.Registration;
using Postern.Protocol.AwsJson;
using Postern.Protocol.DataStream;
using Postern.Protocol.SigV4;

namespace Postern.Agent.Control;

/// <summary>A session the gateway does not know as live any more.</summary>
internal sealed class SessionOverException() : Exception("Session is already terminated");

/// <summary>
/// The agent's way to its gateway: signed calls, and the two kinds of channel. Failures are those <see cref="GatewayFailure.IsExpected"/> names.
/// </summary>
internal sealed class GatewayLink : IDisposable
{
    private const string ChannelService = "ssmmessages", JsonType = "application/json";
    private const string ControlPath = "/v1/control-channel/", DataPath = "/v1/data-channel/";
    private const string ControlQuery = "role=subscribe&stream=input", DataQuery = "role=publish_subscribe";
    private const int ResponseLimit = 64 * 1024;
    private static readonly TimeSpan CallLimit = TimeSpan.FromSeconds(15);

    // A dead control channel is noticed after both at the latest, well inside a minute.
    private static readonly TimeSpan PingInterval = TimeSpan.FromSeconds(20), PongLimit = TimeSpan.FromSeconds(25);
    // The answer to a data channel's ping waits behind data that nobody takes yet, so it has no deadline: GatewayHttp.Silence is it.
    private static readonly TimeSpan DataPingInterval = TimeSpan.FromSeconds(8), NoDeadline = TimeSpan.FromDays(1);

    private readonly NodeRegistration _registration;
    private readonly Uri _endpoint;
    private readonly TimeProvider _time;
    private readonly ClockWatch _handler;
    private readonly HttpClient _http;
    private readonly NodeCredentials _credentials;

    public GatewayLink(NodeRegistration registration, RSA key, ClockWatch handler, NodeCredentials credentials, TimeProvider time)
    {
        _registration = registration;
        _endpoint = new Uri(registration.Endpoint);
        _time = time;
        _handler = handler;
        _credentials = credentials;
        _http = new HttpClient(handler, disposeHandler: false) { Timeout = CallLimit, MaxResponseContentBufferSize = ResponseLimit };
        Signed = new AwsJsonClient(_http, _endpoint, registration.Region, () => credentials.Current, time);
        SignedWithKey = AwsJsonClient.ForNodeKey(_http, _endpoint, registration.Region, registration.InstanceId, key, time);
    }

    public AwsJsonClient Signed { get; }

    /// <summary>For RequestManagedInstanceRoleToken.</summary>
    public AwsJsonClient SignedWithKey { get; }

    /// <summary>The token and the socket of the control channel; the caller sends the first frame.</summary>
    public async Task<(string Token, WebSocket Socket)> OpenControlAsync(CancellationToken cancellationToken)
    {
        var path = ControlPath + Uri.EscapeDataString(_registration.InstanceId);
        var token = await CreateAsync(path, clientId: null, cancellationToken);
        return (token, await ConnectAsync(path, ControlQuery, PingInterval, PongLimit, cancellationToken));
    }

    /// <summary>The same for a session. Throws <see cref="SessionOverException"/> when the gateway says that it has ended.</summary>
    public async Task<(string Token, WebSocket Socket)> OpenDataAsync(string sessionId, CancellationToken cancellationToken)
    {
        var path = DataPath + Uri.EscapeDataString(sessionId);
        var token = await CreateAsync(path, clientId: "", cancellationToken);
        return (token, await ConnectAsync(path, DataQuery, DataPingInterval, NoDeadline, cancellationToken));
    }

    public void Dispose() => _http.Dispose();

    private async Task<string> CreateAsync(string path, string? clientId, CancellationToken cancellationToken)
    {
        var body = JsonSerializer.SerializeToUtf8Bytes(
            new CreateChannelRequest(Guid.NewGuid().ToString(), clientId), ControlJsonContext.Default.CreateChannelRequest);
        using var message = new HttpRequestMessage(HttpMethod.Post, new Uri(_endpoint, path)) { Content = new ByteArrayContent(body) };
        message.Content.Headers.ContentType = new MediaTypeHeaderValue(JsonType);
        foreach (var (name, value) in await SignAsync("POST", path, "", body, [new("Content-Type", JsonType)], cancellationToken))
            message.Headers.TryAddWithoutValidation(name, value);
        using var response = await _http.SendAsync(message, cancellationToken);
        var text = await response.Content.ReadAsStringAsync(cancellationToken);
        if (response.StatusCode == HttpStatusCode.Created)
            return CreateChannelResponse.ReadToken(text);
        if (text.Contains("Session is already terminated", StringComparison.Ordinal))
            throw new SessionOverException();
        var error = ChannelError.Parse(text, (int)response.StatusCode);
        _credentials.OnRefused(error);
        throw error;
    }

    private async Task<WebSocket> ConnectAsync(string path, string query, TimeSpan pingInterval, TimeSpan pongLimit, CancellationToken cancellationToken)
    {
        var socket = new ClientWebSocket();
        try
        {
            (socket.Options.KeepAliveInterval, socket.Options.KeepAliveTimeout) = (pingInterval, pongLimit);
            if (query == DataQuery)
                socket.Options.AddSubProtocol(DataStreamOptions.LargeMessages);
            foreach (var (name, value) in await SignAsync("GET", path, query, [], [], cancellationToken))
                socket.Options.SetRequestHeader(name, value);
            var address = new UriBuilder(new Uri(_endpoint, path)) { Scheme = _endpoint.Scheme == Uri.UriSchemeHttps ? "wss" : "ws", Query = query }.Uri;
            using var limit = new CancellationTokenSource(CallLimit, _time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
            using var invoker = new HttpMessageInvoker(_handler, disposeHandler: false);
            await socket.ConnectAsync(address, invoker, either.Token);
            return socket;
        }
        catch (Exception)
        {
            socket.Dispose();
            throw;
        }
    }

    private async Task<IReadOnlyList<KeyValuePair<string, string>>> SignAsync(
        string method, string path, string query, byte[] body, KeyValuePair<string, string>[] headers, CancellationToken cancellationToken)
    {
        var request = new SignableRequest
        {
            Method = method,
            Path = path,
            Query = query,
            Headers = [new("Host", _endpoint.IsDefaultPort ? _endpoint.IdnHost : _endpoint.Authority), .. headers],
            BodyHash = Convert.ToHexStringLower(SHA256.HashData(body)),
        };
        return SigV4Signer.Sign(request, await _credentials.GetAsync(cancellationToken), _registration.Region, ChannelService, _time.GetUtcNow());
    }
}
