using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace Postern.Protocol.Smux;

public sealed partial class MuxStream
{
    /// <summary>Room a turn needs: for every control frame a stream may owe at once, and for data worth a frame.</summary>
    private const int TurnRoom = 1024;

    private bool _synOwed, _finOwed, _finSent, _writing;
    private string? _resetOwed;
    /// <summary>The caller's memory while its write lasts.</summary>
    private ReadOnlyMemory<byte> _pending;
    private long _sendCredit;

    internal bool IsQueued { get; set; }

    internal bool HasFrame => _synOwed || _resetOwed is not null || _windowOwed
        || (!_pending.IsEmpty && _sendCredit > 0) || (_finOwed && !_finSent && _pending.IsEmpty);

    /// <summary>
    /// Waits for the peer's window (extended) and for the output. Throws IOException when the stream was aborted. Cancelled midway, a
    /// part may have been sent.
    /// </summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        if (bytes.IsEmpty)
            return;
        lock (_session.Gate)
        {
            ThrowIfNotWritable();
            if (_finOwed || _writing)
                throw new InvalidOperationException(_finOwed ? "The stream's direction has been completed." : "A stream has one writer at a time.");
            _writing = true;
            _pending = bytes;
            _session.MarkReady(this);
        }
        try
        {
            await _session.WriteThroughAsync(this).ConfigureAwait(false);
            while (!IsTaken())
                await _writable.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            lock (_session.Gate)
                (_writing, _pending) = (false, default);
        }
    }

    /// <summary>Ends our direction: half-close in extended mode. In stock mode FIN is the end of both directions.</summary>
    public async ValueTask CompleteAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        lock (_session.Gate)
        {
            if (_aborted is not null || _finOwed)
                return;
            _finOwed = true;
            RemoveIfOver();
            _session.MarkReady(this);
        }
        await _session.WriteThroughAsync(this).ConfigureAwait(false);
    }

    private bool IsTaken()
    {
        lock (_session.Gate)
        {
            ThrowIfAborted();
            if (_pending.IsEmpty)
                return true;
            ThrowIfNotWritable();
            return false;
        }
    }

    // What follows is called with the session's lock held.

    private void ThrowIfNotWritable()
    {
        ThrowIfAborted();
        if (!Extended && _finReceived)
            throw new IOException("The peer has closed the connection.");
    }

    internal void OnWindow(uint bytes)
    {
        _sendCredit += bytes;
        if (_sendCredit > int.MaxValue)
            throw new MuxProtocolException($"The multiplexer's stream {Id} was granted a window of {_sendCredit} bytes.");
        _session.MarkReady(this);
    }

    /// <summary>Writes what the stream owes and at most one data frame; false, nothing written, when there is too little room.</summary>
    internal bool TryFill(Span<byte> buffer, ref int length)
    {
        if (buffer.Length - length < TurnRoom)
            return false;
        if (_synOwed)
        {
            _synOwed = false;
            _session.WriteFrame(buffer, ref length, MuxCommand.Syn, 0, Id);
        }
        if (_resetOwed is { } reason)
        {
            _resetOwed = null;
            _session.WriteReset(buffer, ref length, Id, reason);
            return true;
        }
        FillWindow(buffer, ref length);
        FillData(buffer, ref length);
        if (_finOwed && !_finSent && _pending.IsEmpty && buffer.Length - length >= MuxFrame.HeaderSize)
        {
            _finSent = true;
            _session.WriteFrame(buffer, ref length, MuxCommand.Fin, 0, Id);
        }
        return true;
    }

    private void FillWindow(Span<byte> buffer, ref int length)
    {
        if (!_windowOwed)
            return;
        _windowOwed = false;
        var grant = Grant;
        if (grant <= 0)
            return;
        _receiveCredit += grant;
        _session.WriteFrame(buffer, ref length, MuxCommand.Window, MuxFrame.WindowBody, Id);
        BinaryPrimitives.WriteInt32LittleEndian(buffer[length..], grant);
        length += MuxFrame.WindowBody;
    }

    private void FillData(Span<byte> buffer, ref int length)
    {
        var room = Math.Min(buffer.Length - length - MuxFrame.HeaderSize, _session.Options.MaxFrame);
        var part = (int)Math.Min(Math.Min(_pending.Length, _sendCredit), room);
        if (part <= 0)
            return;
        _session.WriteFrame(buffer, ref length, MuxCommand.Psh, part, Id);
        _pending.Span[..part].CopyTo(buffer[length..]);
        length += part;
        _pending = _pending[part..];
        if (Extended)
            _sendCredit -= part;
        if (_pending.IsEmpty)
            _writable.Set();
    }
}
