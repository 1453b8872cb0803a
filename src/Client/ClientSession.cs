using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using Postern.Protocol.AwsJson;
using Postern.Protocol.DataStream;
using Postern.Protocol.Messages;

namespace Postern.Client;

/// <summary>Takes what the node sends. Calls never overlap; the payload is valid until the task ends. Throwing ends the session.</summary>
public delegate ValueTask SessionDataHandler(PayloadType type, ReadOnlyMemory<byte> payload, CancellationToken cancellationToken);

/// <summary>
/// One live session from the person's end. It owns the data channel and gets it back when it is lost; what runs inside
/// (shell, ports, standard streams) attaches to it once <see cref="Ready"/> tells what it is. It ends once, for the first reason given.
/// </summary>
public sealed partial class ClientSession : IAsyncDisposable
{
    private const int FlagSize = 4;
    private static readonly TimeSpan TerminateLimit = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan FlagLimit = TimeSpan.FromMilliseconds(500);

    private readonly SessionCalls _calls;
    private readonly SessionOptions _options;
    private readonly TimeProvider _time;
    private readonly DataStream _stream;
    private readonly CancellationTokenSource _stop = new();
    private readonly TaskCompletionSource<SessionFacts> _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<SessionEnd> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _attached = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task _run;
    private volatile SessionDataHandler? _handler;
    private volatile SessionFacts? _facts;

    internal ClientSession(StartSessionResponse started, SessionCalls calls, SessionOptions options, TimeProvider time)
    {
        SessionId = started.SessionId ?? throw new ArgumentException("The answer of StartSession has no SessionId.");
        if (string.IsNullOrEmpty(started.TokenValue))
            throw new ArgumentException("The answer of StartSession has no TokenValue.");
        if (!Uri.TryCreate(started.StreamUrl, UriKind.Absolute, out var url) || !(url.Scheme == Uri.UriSchemeWss || (url.Scheme == Uri.UriSchemeWs && url.IsLoopback)))
            throw new ArgumentException($"The answer of StartSession has no usable StreamUrl: '{started.StreamUrl}'.");
        _calls = calls;
        _options = options;
        _time = time;
        _stream = new DataStream(new DataStreamOptions { Side = StreamSide.Client }, new Receiver(this), time);
        _run = Task.Run(() => RunAsync(url, started.TokenValue)); // the constructor returns before anything is reported
    }

    public string SessionId { get; }

    /// <summary>Completes when data may be sent; faults with <see cref="SessionEndedException"/> when the session ends before.</summary>
    public Task<SessionFacts> Ready => _ready.Task;

    /// <summary>Completes when the session is over. Never faults.</summary>
    public Task<SessionEnd> Ended => _ended.Task;

    /// <summary>The command's exit code, when the node sent one.</summary>
    public int? ExitCode { get; private set; }

    /// <summary>The shortest round trip to the node and back; zero while none was measured.</summary>
    internal TimeSpan RoundTrip => _stream.RoundTrip;

    /// <summary>Names the handler of everything the node sends; data waits until it is there. Once only.</summary>
    public void Attach(SessionDataHandler handler)
    {
        if (Interlocked.CompareExchange(ref _handler, handler, null) is not null)
            throw new InvalidOperationException("The session has a handler already.");
        _attached.SetResult();
    }

    /// <summary>Sends stream data; waits while too much is under way. Throws OperationCanceledException once the session is over.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask SendAsync(PayloadType type, ReadOnlyMemory<byte> payload, CancellationToken cancellationToken)
    {
        if (_ended.Task.IsCompleted)
            throw new OperationCanceledException("The session is over.");
        try
        {
            await _stream.SendAsync(type, payload, cancellationToken);
        }
        catch (ObjectDisposedException e)
        {
            throw new OperationCanceledException("The session is over.", e);
        }
    }

    public async ValueTask SendFlagAsync(PayloadFlag flag, CancellationToken cancellationToken)
    {
        var payload = new byte[FlagSize];
        BinaryPrimitives.WriteUInt32BigEndian(payload, (uint)flag);
        await SendAsync(PayloadType.Flag, payload, cancellationToken);
    }

    /// <summary>Waits until the node has acknowledged everything sent, or the time is over.</summary>
    public ValueTask<bool> FlushAsync(TimeSpan limit, CancellationToken cancellationToken) => _stream.FlushAsync(limit, cancellationToken);

    /// <summary>
    /// Ends the session for good: tells the node on the data channel (port sessions), whose acknowledgement is enough; otherwise the service,
    /// on a connection of its own. Each for a bounded time; errors do not matter: the gateway ends a session whose client is gone.
    /// </summary>
    public async Task TerminateAsync()
    {
        if (_ended.Task.IsCompleted)
            return;
        var flag = SendTerminateFlagAsync();
        // A socket that takes nothing would keep even so little; then it is the end of the session that frees it.
        if (await Task.WhenAny(flag, Task.Delay(2 * FlagLimit, _time)) != flag || !await flag)
            await CallTerminateAsync();
        End(new SessionEnd(SessionEndReason.Terminated));
        await flag;
    }

    public async ValueTask DisposeAsync()
    {
        End(new SessionEnd(SessionEndReason.Terminated));
        await _run;
        _stop.Dispose();
    }

    private void BecomeReady(SessionFacts facts)
    {
        _facts = facts;
        // A person may look at the last of the output for as long as it takes; a local connection that nobody reads must not keep a forwarding.
        if (facts.Kind != SessionKind.PortForwarding)
            _stream.DrainLimit = Timeout.InfiniteTimeSpan;
        _ready.TrySetResult(facts);
    }

    /// <summary>Keeps the first reason only; safe to call from anywhere, any number of times.</summary>
    private void End(SessionEnd end)
    {
        if (!_ended.TrySetResult(end))
            return;
        _stop.Cancel();
        if (_ready.TrySetException(new SessionEndedException(end)))
            _ = _ready.Task.Exception; // seen by Ended; nobody has to wait for Ready
    }

    private async Task<bool> SendTerminateFlagAsync()
    {
        if (_facts is not { TerminateFlag: true })
            return false;
        using var limit = new CancellationTokenSource(FlagLimit, _time);
        try
        {
            await SendFlagAsync(PayloadFlag.TerminateSession, limit.Token);
            return await FlushAsync(FlagLimit, limit.Token);
        }
        catch (OperationCanceledException)
        {
            return false; // not connected just now, or over already
        }
    }

    private async Task CallTerminateAsync()
    {
        using var limit = new CancellationTokenSource(TerminateLimit, _time);
        try
        {
            await _calls.Terminate(SessionId, limit.Token);
        }
        catch (Exception e) when (e is AwsErrorException or HttpRequestException or IOException or OperationCanceledException or ServiceCallException)
        {
            // No credentials, not allowed or out of reach: the session ends with its socket.
        }
    }
}
