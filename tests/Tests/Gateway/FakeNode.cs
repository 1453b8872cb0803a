using System.Net;
using System.Net.Http.Headers;
using System.Net.WebSockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.Extensions.DependencyInjection;
using Postern.Protocol.AwsJson;
using Postern.Protocol.Messages;
using Postern.Protocol.SigV4;
using Postern.Server.Iam;
using Postern.Tests.DataStream;
using Postern.Tests.Support;

namespace Postern.Tests.Gateway;

/// <summary>A registered node that speaks to a real gateway as an agent does, message by message.</summary>
internal sealed partial class FakeNode(ServerHost host, string id) : IDisposable
{
    private readonly List<IDisposable> _open = [];

    public string Id => id;

    public static async Task<FakeNode> RegisterAsync(ServerHost host)
    {
        var api = host.CreateApiClient();
        var activation = await api.CallAsync(SsmOperations.CreateActivation, new CreateActivationRequest { IamRole = "service-role/nodes" }, default);
        using var key = RSA.Create(2048);
        var registered = await host.CreateApiClient(() => null).CallAsync(SsmOperations.RegisterManagedInstance, new RegisterManagedInstanceRequest
        {
            ActivationId = activation.ActivationId,
            ActivationCode = activation.ActivationCode,
            Fingerprint = Guid.NewGuid().ToString(),
            PublicKey = Convert.ToBase64String(key.ExportSubjectPublicKeyInfo()),
            PublicKeyType = "Rsa",
        }, default);
        return new FakeNode(host, registered.InstanceId!);
    }

    /// <summary>The control channel, open, attached.</summary>
    public async Task<FakeEnd> OpenControlAsync(string? bootId = null)
    {
        var (status, body) = await PostAsync($"/v1/control-channel/{id}");
        Assert.Equal(HttpStatusCode.Created, status);
        var socket = await UpgradeAsync($"/v1/control-channel/{id}?role=subscribe&stream=input");
        var open = new OpenControlChannelInput { RequestId = Guid.NewGuid().ToString(), TokenValue = TokenOf(body), AgentVersion = "3.3.1142.0", PlatformType = "linux", Postern = bootId is null ? null : new PosternNode("0.1", bootId) };
        await SendTextAsync(socket, JsonSerializer.Serialize(open, MessagesJsonContext.Default.OpenControlChannelInput));
        var end = FakeEnd.Agent(socket);
        await ConnectedAsync(host, id, true);
        return end;
    }

    /// <summary>The node's data channel of a session, open.</summary>
    public async Task<WebSocket> OpenDataAsync(string sessionId)
    {
        var (status, body) = await PostAsync($"/v1/data-channel/{sessionId}");
        Assert.True(status == HttpStatusCode.Created, body);
        var socket = await UpgradeAsync($"/v1/data-channel/{sessionId}?role=publish_subscribe");
        await SendOpenAsync(socket, TokenOf(body), id);
        return socket;
    }

    public async Task<(HttpStatusCode Status, string Body)> PostAsync(string path)
    {
        const string body = """{"MessageSchemaVersion":"1.0","RequestId":"5b2e3f9c-5f0e-4a53-9d9e-2b8ef2e0f1aa","ClientId":""}""";
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(host.Endpoint, path)) { Content = new StringContent(body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        foreach (var (name, value) in Sign("POST", path, body))
            request.Headers.TryAddWithoutValidation(name, value);
        using var response = await host.Http.SendAsync(request);
        return (response.StatusCode, await response.Content.ReadAsStringAsync());
    }

    /// <exception cref="WebSocketException">The gateway refused; the message holds the status.</exception>
    public async Task<ClientWebSocket> UpgradeAsync(string path)
    {
        var socket = NewSocket();
        foreach (var (name, value) in Sign("GET", path, ""))
            socket.Options.SetRequestHeader(name, value);
        await ConnectAsync(host, socket, new Uri(host.SocketEndpoint, path));
        return socket;
    }

    public static string TokenOf(string xml) => Token().Match(xml).Groups[1].Value;

    public static Task SendOpenAsync(WebSocket socket, string token, string? nodeId = null)
    {
        var open = new OpenDataChannelInput { RequestId = Guid.NewGuid().ToString(), TokenValue = token, ClientInstanceId = nodeId, ClientId = nodeId is null ? Guid.NewGuid().ToString() : "" };
        return SendTextAsync(socket, JsonSerializer.Serialize(open, MessagesJsonContext.Default.OpenDataChannelInput));
    }

    public static Task SendTextAsync(WebSocket socket, string text)
        => socket.SendAsync(Encoding.UTF8.GetBytes(text), WebSocketMessageType.Text, true, default).WaitAsync(Deadline.Time);

    /// <summary>A client's end of a data channel, opened with a token.</summary>
    public static async Task<ClientWebSocket> OpenClientAsync(ServerHost host, string streamUrl, string token)
    {
        var socket = await ConnectClientAsync(host, streamUrl);
        await SendOpenAsync(socket, token);
        return socket;
    }

    /// <summary>The same before its first message.</summary>
    public static async Task<ClientWebSocket> ConnectClientAsync(ServerHost host, string streamUrl)
    {
        var socket = new ClientWebSocket();
        await ConnectAsync(host, socket, new Uri(streamUrl));
        return socket;
    }

    public static async Task ConnectedAsync(ServerHost host, string nodeId, bool expected)
    {
        var connections = host.Services.GetRequiredService<Server.Nodes.NodeConnections>();
        using var deadline = new CancellationTokenSource(Deadline.Time);
        while (connections.IsConnected(nodeId) != expected)
            await Task.Delay(5, deadline.Token); // the gateway does not answer the first message
    }

    public void Dispose() => _open.ForEach(open => open.Dispose());

    private ClientWebSocket NewSocket()
    {
        var socket = new ClientWebSocket();
        socket.Options.CollectHttpResponseDetails = true;
        _open.Add(socket);
        return socket;
    }

    private static async Task ConnectAsync(ServerHost host, ClientWebSocket socket, Uri url)
    {
        using var handler = new HttpMessageInvoker(host.CreateHandler(), disposeHandler: false);
        await socket.ConnectAsync(url, handler, default).WaitAsync(Deadline.Time);
    }

    private IEnumerable<KeyValuePair<string, string>> Sign(string method, string path, string body)
    {
        var keys = host.Services.GetRequiredService<NodeCredentials>().Issue(id, DateTimeOffset.UtcNow);
        var question = path.IndexOf('?');
        var headers = new List<KeyValuePair<string, string>> { new("Host", host.Endpoint.Authority) };
        if (method == "POST")
            headers.Add(new("Content-Type", "application/json"));
        var request = new SignableRequest
        {
            Method = method,
            Path = question < 0 ? path : path[..question],
            Query = question < 0 ? "" : path[(question + 1)..],
            Headers = headers,
            BodyHash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(body))),
        };
        return SigV4Signer.Sign(request, new AwsCredentials(keys.AccessKeyId, keys.SecretAccessKey, keys.SessionToken), host.Options.Region, "ssmmessages", DateTimeOffset.UtcNow);
    }

    [GeneratedRegex("<TokenValue>(.+)</TokenValue>")]
    private static partial Regex Token();
}
