using System.Buffers.Binary;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using Postern.Agent.Host;
using Postern.Agent.Pty;
using Postern.Agent.Sessions;
using Postern.Agent.Sessions.Shell;
using Postern.Protocol.DataStream;
using Postern.Protocol.Messages;
using Postern.Tests.DataStream;

namespace Postern.Tests.Agent.Sessions;

/// <summary>A person in front of one real session of a node: both ends' real streams, joined by sockets in memory that can be cut.</summary>
internal sealed class Person : IDataStreamReceiver, IAsyncDisposable
{
    public static readonly TimeSpan Deadline = TimeSpan.FromSeconds(20);

    private readonly Poller _poller = new();
    private readonly Protocol.DataStream.DataStream _stream;
    private readonly CancellationTokenSource _gone = new();
    private readonly List<byte> _output = [];
    private readonly SemaphoreSlim _changed = new(0);
    private readonly List<Task> _attachments = [];
    private SocketPair? _sockets;

    public Person(string document, string parameters = "{}", HandshakeResponseContent? response = null, string runAsUser = "", TimeProvider? nodeTime = null)
    {
        Response = response;
        _stream = new Protocol.DataStream.DataStream(new DataStreamOptions { Side = StreamSide.Client }, this, TimeProvider.System);
        var services = new SessionServices
        {
            NodeId = "mi-00000000000000001",
            Poller = _poller,
            Users = new SessionUsers(allowSudo: false, _poller, new AgentLog(TextWriter.Null, TimeProvider.System)),
            Time = nodeTime ?? TimeProvider.System,
            Log = new AgentLog(TextWriter.Null, TimeProvider.System),
        };
        var task = new SessionTask
        {
            SessionId = "someone-0123456789abcdef0",
            DocumentContent = JsonElement.Parse(document),
            Parameters = JsonElement.Parse(parameters),
            RunAsUser = runAsUser,
            SessionOwner = "arn:aws:iam::000000000000:user/someone",
        };
        Session = new NodeSession(task, services, OpenAsync);
        Outcome = Session.RunAsync();
    }

    public NodeSession Session { get; }
    public Task<SessionOutcome> Outcome { get; }
    public Protocol.DataStream.DataStream Stream => _stream;
    public HandshakeResponseContent? Response { get; }
    public HandshakeRequestContent? Request { get; private set; }
    public HandshakeCompleteContent? Complete { get; private set; }
    public List<(PayloadType Type, string Text)> Others { get; } = [];
    public List<int> Sizes { get; } = [];
    public Func<ReadOnlyMemory<byte>, CancellationToken, ValueTask>? Consumer { get; set; }
    public int Sockets { get; private set; }

    public string Output => Locked(() => Encoding.UTF8.GetString(_output.ToArray()));

    public ValueTask TypeAsync(string text) => _stream.SendAsync(PayloadType.Output, Encoding.UTF8.GetBytes(text), CancellationToken.None);

    public ValueTask SendFlagAsync(PayloadFlag flag)
    {
        var payload = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(payload, (uint)flag);
        return _stream.SendAsync(PayloadType.Flag, payload, CancellationToken.None);
    }

    public Task SeeAsync(string text) => UntilAsync(() => Output.Contains(text, StringComparison.Ordinal), () => $"'{text}' in: {Output}");

    public async Task UntilAsync(Func<bool> condition, Func<string>? what = null)
    {
        using var deadline = new CancellationTokenSource(Deadline);
        while (!Locked(condition))
        {
            Assert.False(deadline.IsCancellationRequested, $"not seen in time: {what?.Invoke() ?? "the condition"}");
            await _changed.WaitAsync(TimeSpan.FromMilliseconds(200));
        }
    }

    public void CutSocket() => _sockets!.Cut();

    public async Task<SessionOutcome> EndAsync() => await Outcome.WaitAsync(Deadline);

    async ValueTask IDataStreamReceiver.OnStreamAsync(PayloadType type, ReadOnlyMemory<byte> payload, CancellationToken cancellationToken)
    {
        switch (type)
        {
            case PayloadType.Output when Consumer is { } consumer:
                await consumer(payload, cancellationToken);
                break;
            case PayloadType.Output:
                lock (_output)
                {
                    _output.AddRange(payload.Span);
                    Sizes.Add(payload.Length);
                }
                break;
            case PayloadType.HandshakeRequest:
                Request = JsonSerializer.Deserialize(payload.Span, MessagesJsonContext.Default.HandshakeRequestContent);
                if (Response is not null)
                    await _stream.SendAsync(PayloadType.HandshakeResponse, JsonSerializer.SerializeToUtf8Bytes(Response, MessagesJsonContext.Default.HandshakeResponseContent), cancellationToken);
                break;
            case PayloadType.HandshakeComplete:
                Complete = JsonSerializer.Deserialize(payload.Span, MessagesJsonContext.Default.HandshakeCompleteContent);
                break;
            default:
                lock (_output)
                    Others.Add((type, type == PayloadType.Flag ? Convert.ToHexString(payload.Span) : Encoding.UTF8.GetString(payload.Span)));
                break;
        }
        _changed.Release();
    }

    ValueTask IDataStreamReceiver.OnChannelClosedAsync(ChannelClosedContent closed) => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        await Session.EndAsync(SessionOutcome.Success);
        await EndAsync();
        await _gone.CancelAsync();
        await _stream.DisposeAsync();
        await Task.WhenAll(_attachments);
        _poller.Dispose();
    }

    private T Locked<T>(Func<T> read)
    {
        lock (_output)
            return read();
    }

    private Task<(string, WebSocket)> OpenAsync(string sessionId, CancellationToken cancellationToken)
    {
        _sockets = new SocketPair();
        Sockets++;
        _attachments.Add(AttachAsync(_sockets));
        return Task.FromResult(("token", _sockets.Server));
    }

    private async Task AttachAsync(SocketPair sockets)
    {
        // What the gateway takes: the text frame that opens the channel, and agent_session_state.
        var buffer = new byte[4096];
        var opened = await sockets.Client.ReceiveAsync(buffer, CancellationToken.None);
        Assert.Equal(WebSocketMessageType.Text, opened.MessageType);
        Assert.Contains("\"ClientInstanceId\":\"mi-00000000000000001\"", Encoding.UTF8.GetString(buffer, 0, opened.Count), StringComparison.Ordinal);
        await sockets.Client.ReceiveAsync(buffer, CancellationToken.None);
        await _stream.RunAsync(sockets.Client, _gone.Token);
    }
}
