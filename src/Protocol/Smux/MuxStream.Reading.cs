using System.Runtime.CompilerServices;

namespace Postern.Protocol.Smux;

public sealed partial class MuxStream
{
    private readonly ByteQueue _unread = new();
    private readonly PathWindow _window;
    private bool _finReceived, _windowOwed;
    /// <summary>Bytes the peer may still send (extended mode).</summary>
    private int _receiveCredit = MuxOptions.InitialWindow;

    internal int Unread => _unread.Length;

    internal bool TakesData => _aborted is null && !_finReceived;

    /// <summary>Bytes read; 0 once the peer has ended its direction. Throws IOException when the stream was aborted.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        int count;
        while (!TryRead(buffer.Span, out count))
            await Readable.WaitAsync(cancellationToken).ConfigureAwait(false);
        return count;
    }

    private bool TryRead(Span<byte> buffer, out int count)
    {
        bool announce;
        lock (_session.Gate)
        {
            ThrowIfAborted();
            count = _unread.Read(buffer);
            if (count == 0)
                return _finReceived || buffer.IsEmpty;
            _session.OnConsumed(count);
            Measure(count);
            // Announced by halves of a window, so that there is not a frame for each read.
            announce = Extended && !_finReceived && !_windowOwed && Grant >= _window.Size / 2;
            if (announce)
            {
                _windowOwed = true;
                _session.MarkReady(this);
            }
        }
        if (announce)
            _session.WakeWriter();
        return true;
    }

    /// <summary>What the peer may be allowed to send beyond what it is.</summary>
    private int Grant => _window.Size - _unread.Length - _receiveCredit;

    /// <summary>Bytes this stream may hold at the moment.</summary>
    internal int Window => _window.Size;

    private void Measure(int count)
    {
        if (_finReceived)
            ReleaseWindow();
        else if (_session.Options is { Extended: true, RoundTrip: { } roundTrip })
            _window.Passed(count, roundTrip(), _session.Options.Time);
    }

    /// <summary>Nothing more comes, and nothing is held: what the window has grown by is for others.</summary>
    private void ReleaseWindow()
    {
        if (_unread.Length == 0)
            _window.Shrink();
    }

    // What follows is called with the session's lock held.

    internal void OnDataHeader(int length)
    {
        if (!Extended)
            return;
        if (_finReceived)
            throw new MuxProtocolException($"The multiplexer's stream {Id} carries data after its end.");
        if (length > _receiveCredit)
            throw new MuxProtocolException($"The multiplexer's stream {Id} carries {length} bytes where {_receiveCredit} were allowed.");
        _receiveCredit -= length;
    }

    internal void OnData(ReadOnlySpan<byte> data)
    {
        Answered = true;
        _unread.Write(data);
        _session.OnReadable(this);
    }

    internal void OnFin()
    {
        _finReceived = true;
        _windowOwed = false;
        ReleaseWindow();
        RemoveIfOver();
        _session.OnReadable(this);
        // In version 1 the peer reads no more either.
        if (!Extended)
            _writable.Set();
    }

    private void DropUnread()
    {
        var length = _unread.Length;
        _unread.Clear();
        if (length > 0)
            _session.OnConsumed(length);
        _window.Shrink();
    }
}
