using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Text;
using Postern.Protocol.Messages;

namespace Postern.Protocol.Smux;

public sealed partial class MuxSession
{
    private readonly Signal _room = new();
    private readonly List<MuxStream> _readable = [];
    private readonly byte[] _header = new byte[MuxFrame.HeaderSize];
    private readonly byte[] _body = new byte[MuxFrame.MaxReason];
    private int _headerFilled, _bodyFilled;
    private MuxFrame _frame;
    /// <summary>Takes the data of the present frame; null: nobody does any more.</summary>
    private MuxStream? _target;
    private bool _inBody;
    private long _unread;
    private uint _lastPeerId;

    /// <summary>
    /// Takes bytes as they arrive, cut anywhere. Waits while a limit is reached (stock mode); never waits for one stream in extended mode.
    /// Throws <see cref="MuxProtocolException"/>, then and ever after. After the end bytes are dropped.
    /// </summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask ReceiveAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        while (IsFull())
            await _room.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            lock (Gate)
            {
                if (!_ended)
                    Parse(bytes.Span);
                else if (Cause is MuxProtocolException)
                    throw Cause;
            }
        }
        catch (MuxProtocolException violation)
        {
            End(violation);
            throw;
        }
        finally
        {
            WakeReaders();
        }
        // Answers to what arrived: windows, refusals.
        if (HasAnswers())
            _wake.Set();
    }

    /// <summary>A stream has data or its end: its reader goes on after the lock is released, on this thread, which saves a change of threads.</summary>
    internal void OnReadable(MuxStream stream)
    {
        if (stream.IsReadable)
            return;
        stream.IsReadable = true;
        _readable.Add(stream);
    }

    private void WakeReaders()
    {
        // One caller at a time, and nobody else adds while the lock is free.
        foreach (var stream in _readable)
        {
            stream.IsReadable = false;
            stream.Readable.SetAndRun();
        }
        _readable.Clear();
    }

    private bool IsFull()
    {
        lock (Gate)
            return !Options.Extended && !_ended && _unread >= Options.SessionBuffer;
    }

    private bool HasAnswers()
    {
        lock (Gate)
            return !_busy && HasOutput;
    }

    /// <summary>Bytes of a stream were read or dropped.</summary>
    internal void OnConsumed(int count)
    {
        var before = _unread;
        _unread -= count;
        if (before >= Options.SessionBuffer && _unread < Options.SessionBuffer)
            _room.Set();
    }

    private void Parse(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            if (!_inBody)
            {
                var part = Math.Min(bytes.Length, MuxFrame.HeaderSize - _headerFilled);
                bytes[..part].CopyTo(_header.AsSpan(_headerFilled));
                bytes = bytes[part..];
                _headerFilled += part;
                if (_headerFilled < MuxFrame.HeaderSize)
                    return;
                _frame = MuxFrame.Read(_header, Options.Extended, Options.MaxFrame);
                (_headerFilled, _bodyFilled) = (0, 0);
                OnHeader();
                _inBody = _frame.Length > 0;
            }
            var body = bytes[..Math.Min(bytes.Length, _frame.Length - _bodyFilled)];
            bytes = bytes[body.Length..];
            if (_frame.Command == MuxCommand.Psh)
                OnData(body);
            else
                body.CopyTo(_body.AsSpan(_bodyFilled));
            _bodyFilled += body.Length;
            if (_bodyFilled < _frame.Length)
                return;
            _inBody = false;
            OnComplete();
        }
    }

    private void OnHeader()
    {
        _target = _streams.GetValueOrDefault(_frame.StreamId);
        if (_frame.Command == MuxCommand.Psh)
            _target?.OnDataHeader(_frame.Length);
    }

    private void OnData(ReadOnlySpan<byte> data)
    {
        if (data.IsEmpty || _target is not { TakesData: true } stream)
            return;
        _unread += data.Length;
        stream.OnData(data);
        if (Options.Extended && _unread > Options.MaxUnread)
            _present.MaxBy(static present => present.Unread)!.Break("The session holds too much that nobody reads.");
    }

    private void OnComplete()
    {
        switch (_frame.Command)
        {
            case MuxCommand.Syn:
                OnSyn();
                break;
            case MuxCommand.Fin:
                _target?.OnFin();
                break;
            case MuxCommand.Window:
                _target?.OnWindow(BinaryPrimitives.ReadUInt32LittleEndian(_body));
                break;
            case MuxCommand.Reset:
                _target?.OnReset(TerminalText.Clean(Encoding.UTF8.GetString(_body, 0, _frame.Length)));
                break;
        }
        _target = null;
    }

    private void OnSyn()
    {
        var id = _frame.StreamId;
        if (_target is not null)
            throw new MuxProtocolException($"The multiplexer's stream {id} was opened twice.");
        if (Options.Extended)
        {
            var ours = Options.Role == MuxRole.Client ? FirstClientId : FirstServerId;
            if (id % 2 == ours % 2 || id <= _lastPeerId)
                throw new MuxProtocolException($"The multiplexer's peer may not open stream {id}: ids go up, odd from one end, even from the other.");
            _lastPeerId = id;
        }
        if (_present.Count >= Options.MaxStreams)
        {
            if (_refused.Count >= Options.MaxStreams)
                throw new MuxProtocolException("The multiplexer's peer opens streams without reading that they are refused.");
            _refused.Enqueue(id);
            return;
        }
        var stream = new MuxStream(this, id, opened: false);
        Add(stream);
        _arrived.Enqueue(stream);
        _arrival.Set();
    }
}
