using System.Buffers;
using System.Runtime.CompilerServices;
using System.Text.Unicode;

namespace Postern.Protocol.Smux;

// One writer at a time fills a buffer from the streams that have something to send, one data frame of each in turn, and hands it to the
// output. A caller that finds nobody writing writes at once, without a change of thread. Where many streams write in turn, small writes are
// gathered instead, and their callers go on: one message then carries them all.
public sealed partial class MuxSession
{
    /// <summary>Bytes handed to the output at most at once: as many as fit the largest agent message.</summary>
    private const int OutputSize = DataStream.DataStreamOptions.LargestPayload;
    /// <summary>Outputs a caller writes for others after its own, before it leaves them to the loop.</summary>
    private const int MaxFavours = 8;
    /// <summary>So many writes in a row, each of another stream than the one before, and writes are gathered.</summary>
    private const int BusyAfter = 4;
    private const string TooManyStreams = "The session carries too many connections already.";

    private readonly Queue<MuxStream> _ready = new();
    private readonly Queue<uint> _refused = new();
    private readonly Signal _wake = new();
    private MuxStream? _lastWriter;
    private int _changes;
    private bool _busy, _handedOver;
    /// <summary>Frames that were gathered and go out next.</summary>
    private byte[]? _batch;
    private int _batchLength;

    /// <summary>Puts a stream in the queue of those with something to send. The caller holds the lock and then wakes a writer.</summary>
    internal void MarkReady(MuxStream stream)
    {
        if (stream.IsQueued || !stream.HasFrame)
            return;
        stream.IsQueued = true;
        _ready.Enqueue(stream);
    }

    internal void WakeWriter() => _wake.Set();

    /// <summary>Writes now if nobody else does and nobody else is likely to; otherwise what is small is taken, and the rest found in the queue.</summary>
    internal ValueTask WriteThroughAsync(MuxStream stream)
    {
        lock (Gate)
        {
            if (_ended)
                return ValueTask.CompletedTask;
            var many = HasManyWriters(stream);
            if (_busy || many)
            {
                Gather(stream);
                if (!_busy)
                    _wake.Set();
                return ValueTask.CompletedTask;
            }
            _busy = true;
        }
        return WriteAsync(stream);
    }

    private bool HasManyWriters(MuxStream stream)
    {
        _changes = stream == _lastWriter ? 0 : Math.Min(_changes + 1, BusyAfter);
        _lastWriter = stream;
        return _changes >= BusyAfter;
    }

    /// <summary>Takes what a stream has to send into the batch, when it is that stream's turn and there is room.</summary>
    private void Gather(MuxStream stream)
    {
        if (_ready.Count != 1 || _ready.Peek() != stream)
            return;
        _batch ??= ArrayPool<byte>.Shared.Rent(OutputSize);
        if (!stream.TryFill(_batch.AsSpan(0, OutputSize), ref _batchLength))
            return;
        Requeue();
    }

    private bool HasOutput => _batchLength > 0 || _ready.Count > 0 || _refused.Count > 0;

    private async Task WriteLoopAsync()
    {
        while (true)
        {
            await _wake.WaitAsync(CancellationToken.None).ConfigureAwait(false);
            lock (Gate)
            {
                if (_busy && !_handedOver)
                    continue;
                (_busy, _handedOver) = (false, false);
                if (_ended)
                    return;
                if (!HasOutput)
                    continue;
                _busy = true;
            }
            await WriteAsync(null).ConfigureAwait(false);
        }
    }

    /// <summary>Writes until nothing is left, or until <paramref name="own"/> has nothing left and others have got their favours. The caller has set <see cref="_busy"/>.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask WriteAsync(MuxStream? own)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(OutputSize);
        var favours = MaxFavours;
        try
        {
            while (TryFill(ref buffer, own, ref favours, out var length))
                await _output(buffer.AsMemory(0, length), _lifeToken).ConfigureAwait(false);
        }
        catch (Exception error)
        {
            // Nothing can be sent any more: the streams learn it and its cause, whoever reads or writes them.
            End(error);
            lock (Gate)
                _busy = false;
            _wake.Set();
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private bool TryFill(ref byte[] buffer, MuxStream? own, ref int favours, out int length)
    {
        length = 0;
        lock (Gate)
        {
            if (_ended || !HasOutput)
            {
                _busy = false;
                ReturnBatch();
                // The loop waits for the last writer before it ends.
                if (_ended)
                    _wake.Set();
                return false;
            }
            if (own is { HasFrame: false } && favours-- == 0)
            {
                _handedOver = true;
                _wake.Set();
                return false;
            }
            if (_batchLength > 0)
            {
                (buffer, _batch) = (_batch!, buffer);
                (length, _batchLength) = (_batchLength, 0);
            }
            Fill(buffer.AsSpan(0, OutputSize), ref length);
            return true;
        }
    }

    private void Fill(Span<byte> buffer, ref int length)
    {
        FillRefusals(buffer, ref length);
        while (_ready.TryPeek(out var stream) && stream.TryFill(buffer, ref length))
            Requeue();
    }

    /// <summary>The first of those with something to send has had its turn.</summary>
    private void Requeue()
    {
        var stream = _ready.Dequeue();
        stream.IsQueued = false;
        MarkReady(stream);
        LeaveIfOver(stream);
    }

    private void ReturnBatch()
    {
        if (_batch is null)
            return;
        ArrayPool<byte>.Shared.Return(_batch);
        (_batch, _batchLength) = (null, 0);
    }

    private void FillRefusals(Span<byte> buffer, ref int length)
    {
        while (length + MuxFrame.HeaderSize + MuxFrame.MaxReason <= buffer.Length && _refused.TryDequeue(out var id))
        {
            if (Options.Extended)
                WriteReset(buffer, ref length, id, TooManyStreams);
            else
                WriteFrame(buffer, ref length, MuxCommand.Fin, 0, id);
        }
    }

    internal void WriteFrame(Span<byte> buffer, ref int length, MuxCommand command, int bodyLength, uint id)
    {
        MuxFrame.Write(buffer[length..], Options.Extended, command, bodyLength, id);
        length += MuxFrame.HeaderSize;
    }

    /// <summary>Needs room for the longest reason, which is cut between characters.</summary>
    internal void WriteReset(Span<byte> buffer, ref int length, uint id, string reason)
    {
        var body = buffer.Slice(length + MuxFrame.HeaderSize, MuxFrame.MaxReason);
        Utf8.FromUtf16(reason, body, out _, out var written);
        WriteFrame(buffer, ref length, MuxCommand.Reset, written, id);
        length += written;
    }
}
