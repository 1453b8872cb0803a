using System.Net.Sockets;
using System.Net.WebSockets;

namespace Postern.Protocol.DataStream;

/// <summary>One socket while a data stream uses it. Its end aborts the socket, which ends a write under way.</summary>
internal sealed class SocketAttachment : IDisposable
{
    /// <summary>
    /// After a failed write the reader may still find what the peer said last (channel_closed before it hung up). A broken connection
    /// ends the read by itself; this is for one that does not.
    /// </summary>
    private static readonly TimeSpan LastWords = TimeSpan.FromSeconds(1);

    private readonly CancellationTokenSource _end;
    private readonly CancellationTokenRegistration _abort, _outer, _life;

    public SocketAttachment(WebSocket socket, TimeProvider time, CancellationToken outer, CancellationToken life)
    {
        Socket = socket;
        _end = new CancellationTokenSource(System.Threading.Timeout.InfiniteTimeSpan, time);
        Token = _end.Token;
        _abort = Token.UnsafeRegister(static socket => ((WebSocket)socket!).Abort(), socket);
        _outer = outer.UnsafeRegister(static end => ((CancellationTokenSource)end!).Cancel(), _end);
        _life = life.UnsafeRegister(static end => ((CancellationTokenSource)end!).Cancel(), _end);
    }

    public WebSocket Socket { get; }
    public CancellationToken Token { get; }

    /// <summary>Set under the stream's lock: nothing more is written to this socket.</summary>
    public bool WritesEnded { get; set; }

    public void End() => _end.Cancel();

    public void EndAfterLastWords() => _end.CancelAfter(LastWords);

    /// <summary>
    /// What a socket throws when it is gone: cancelled too, when somebody aborts it. Not an error: the other end of a data channel never
    /// says goodbye.
    /// </summary>
    public static bool IsLoss(Exception error) =>
        error is OperationCanceledException or WebSocketException or IOException or SocketException or ObjectDisposedException or InvalidOperationException;

    public void Dispose()
    {
        _abort.Dispose();
        _outer.Dispose();
        _life.Dispose();
        _end.Dispose();
    }
}
