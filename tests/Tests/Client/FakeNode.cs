using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using System.Threading.Channels;
using Postern.Client;
using Postern.Protocol.AwsJson;
using Postern.Protocol.DataStream;
using Postern.Protocol.Messages;
using Postern.Tests.DataStream;
using SessionOptions = Postern.Client.SessionOptions;

namespace Postern.Tests.Client;

/// <summary>
/// The gateway and the node behind it, in memory: accepts the client's sockets, reads their first frame, and speaks the agent's side of
/// the data stream. Sockets can be cut; ResumeSession and TerminateSession are counted.
/// </summary>
internal sealed class FakeNode : IDataStreamReceiver, IAsyncDisposable
{
    private readonly Channel<(PayloadType Type, byte[] Payload)> _received = Channel.CreateUnbounded<(PayloadType, byte[])>();
    private readonly Channel<OpenDataChannelInput> _opens = Channel.CreateUnbounded<OpenDataChannelInput>();
    private readonly CancellationTokenSource _stop = new();
    private readonly Protocol.DataStream.DataStream _stream;
    private SocketPair? _sockets;
    private Task _running = Task.CompletedTask;

    public FakeNode() => _stream = new(new DataStreamOptions { Side = StreamSide.Agent }, this, TimeProvider.System);

    public int Resumed { get; private set; }
    public int Terminated { get; private set; }

    /// <summary>What ResumeSession answers; null token: the session is over.</summary>
    public Func<ResumeSessionResponse> OnResume { get; set; } = () => new ResumeSessionResponse { TokenValue = "second" };

    /// <summary>Throws to refuse a connection.</summary>
    public Action OnConnect { get; set; } = () => { };

    /// <summary>Sees what the client sends before it is queued for <see cref="ReceiveAsync"/>; true takes it.</summary>
    public Func<PayloadType, ReadOnlyMemory<byte>, CancellationToken, ValueTask<bool>> OnData { get; set; } = (_, _, _) => ValueTask.FromResult(false);

    public Protocol.DataStream.DataStream Stream => _stream;

    public ClientSession Open(SessionOptions? options = null) => new(
        new StartSessionResponse { SessionId = "alice-1", TokenValue = "first", StreamUrl = "wss://gateway.test/v1/data-channel/alice-1?role=publish_subscribe" },
        new SessionCalls(ConnectAsync, ResumeAsync, TerminateAsync), options ?? new SessionOptions(), TimeProvider.System);

    public async Task<OpenDataChannelInput> OpenedAsync() => await _opens.Reader.ReadAsync().AsTask().WaitAsync(Deadline.Time);

    public async Task<(PayloadType Type, byte[] Payload)> ReceiveAsync() => await _received.Reader.ReadAsync().AsTask().WaitAsync(Deadline.Time);

    public bool HasReceived => _received.Reader.TryPeek(out _);

    public ValueTask SendAsync(PayloadType type, string text) => _stream.SendAsync(type, Encoding.UTF8.GetBytes(text), CancellationToken.None);

    public ValueTask SendAsync(PayloadType type, byte[] payload) => _stream.SendAsync(type, payload, CancellationToken.None);

    /// <summary>Asks, takes the answer, completes.</summary>
    public async Task<HandshakeResponseContent> HandshakeAsync(string sessionType, string properties = "null", string agentVersion = "3.3.1142.0", PosternOffer? offer = null)
    {
        await RequestHandshakeAsync(sessionType, properties, agentVersion, offer);
        var response = await ReadResponseAsync();
        await SendAsync(PayloadType.HandshakeComplete, """{"HandshakeTimeToComplete":1000000,"CustomerMessage":""}""");
        return response;
    }

    public async Task RequestHandshakeAsync(string sessionType, string properties = "null", string agentVersion = "3.3.1142.0", PosternOffer? offer = null)
    {
        using var parameters = JsonDocument.Parse($$"""{"SessionType":"{{sessionType}}","Properties":{{properties}}}""");
        var request = new HandshakeRequestContent
        {
            AgentVersion = agentVersion,
            RequestedClientActions = [new(RequestedClientAction.SessionType, parameters.RootElement)],
            Postern = offer,
        };
        await SendAsync(PayloadType.HandshakeRequest, JsonSerializer.SerializeToUtf8Bytes(request, MessagesJsonContext.Default.HandshakeRequestContent));
    }

    public async Task<HandshakeResponseContent> ReadResponseAsync()
    {
        var (type, payload) = await ReceiveAsync();
        Assert.Equal(PayloadType.HandshakeResponse, type);
        return JsonSerializer.Deserialize(payload, MessagesJsonContext.Default.HandshakeResponseContent)!;
    }

    /// <summary>The gateway ends the session.</summary>
    public async Task CloseAsync(string output)
        => await _sockets!.Server.SendAsync(MessageFactory.ChannelClosed("alice-1", "", output, TimeProvider.System), WebSocketMessageType.Binary, true, CancellationToken.None);

    public void Cut() => _sockets!.Cut();

    public async ValueTask OnStreamAsync(PayloadType type, ReadOnlyMemory<byte> payload, CancellationToken cancellationToken)
    {
        if (!await OnData(type, payload, cancellationToken))
            _received.Writer.TryWrite((type, payload.ToArray()));
    }

    public ValueTask OnChannelClosedAsync(ChannelClosedContent closed) => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running;
        await _stream.DisposeAsync();
        _sockets?.Dispose();
    }

    private async Task<WebSocket> ConnectAsync(Uri url, CancellationToken cancellationToken)
    {
        OnConnect();
        await _running; // the last socket was lost at both ends
        _sockets?.Dispose();
        _sockets = new SocketPair();
        _running = AttachAsync(_sockets.Server);
        return _sockets.Client;
    }

    private async Task AttachAsync(WebSocket socket)
    {
        try
        {
            var buffer = new byte[4096];
            var result = await socket.ReceiveAsync(buffer.AsMemory(), _stop.Token);
            Assert.Equal(WebSocketMessageType.Text, result.MessageType);
            _opens.Writer.TryWrite(JsonSerializer.Deserialize(buffer.AsSpan(0, result.Count), MessagesJsonContext.Default.OpenDataChannelInput)!);
            await _stream.RunAsync(socket, _stop.Token);
        }
        catch (Exception e) when (e is OperationCanceledException or WebSocketException or IOException)
        {
            // Cut before the first frame, or the test is over.
        }
    }

    private Task<ResumeSessionResponse> ResumeAsync(string sessionId, CancellationToken cancellationToken)
    {
        Assert.Equal("alice-1", sessionId);
        Resumed++;
        return Task.FromResult(OnResume());
    }

    private Task<TerminateSessionResponse> TerminateAsync(string sessionId, CancellationToken cancellationToken)
    {
        Terminated++;
        return Task.FromResult(new TerminateSessionResponse { SessionId = sessionId });
    }
}
