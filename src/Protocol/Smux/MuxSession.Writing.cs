using System.Buffers;
using System.Runtime.CompilerServices;
using System.Text.Unicode;

namespace Postern.Protocol.Smux;

// One writer at a time fills a buffer from the streams that have something to send, one data frame of each in turn, and hands it to the
// output. A caller that finds nobody writing writes at once, without a change of thread, and leaves what has gathered meanwhile to the loop.
public sealed partial class MuxSession
{
    /// <summary>Bytes handed to the output at most at once: as many as fit the largest agent message.</summary>
    private const int OutputSize = DataStream.DataStreamOptions.LargestPayload;
    private const string TooManyStreams = "The session carries too many connections already.";

    private readonly Queue<MuxStream> _ready = new();
    private readonly Queue<uint> _refused = new();
    private readonly Signal _wake = new();
    private bool _busy, _handedOver;

    /// <summary>Puts a stream in the queue of those with something to send. The caller holds the lock and then wakes a writer.</summary>
    internal void MarkReady(MuxStream stream)
    {
        if (stream.IsQueued || !stream.HasFrame)
            return;
        stream.IsQueued = true;
        _ready.Enqueue(stream);
    }

    internal void WakeWriter() => _wake.Set();

    /// <summary>Writes now if nobody else does; whoever does finds the stream in the queue.</summary>
    internal ValueTask WriteThroughAsync(MuxStream stream)
    {
        lock (Gate)
        {
            if (_busy || _ended)
                return ValueTask.CompletedTask;
            _busy = true;
        }
        return WriteAsync(stream);
    }

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
                _busy = true;
            }
            await WriteAsync(null).ConfigureAwait(false);
        }
    }

    /// <summary>Writes until nothing is left, or until <paramref name="own"/> has nothing left. The caller has set <see cref="_busy"/>.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask WriteAsync(MuxStream? own)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(OutputSize);
        try
        {
            while (TryFill(buffer.AsSpan(0, OutputSize), own, out var length))
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

    private bool TryFill(Span<byte> buffer, MuxStream? own, out int length)
    {
        length = 0;
        lock (Gate)
        {
            if (_ended || (_ready.Count == 0 && _refused.Count == 0))
            {
                _busy = false;
                // The loop waits for the last writer before it ends.
                if (_ended)
                    _wake.Set();
                return false;
            }
            if (own is { HasFrame: false })
            {
                _handedOver = true;
                _wake.Set();
                return false;
            }
            FillRefusals(buffer, ref length);
            while (_ready.TryPeek(out var stream) && stream.TryFill(buffer, ref length))
            {
                _ready.Dequeue();
                stream.IsQueued = false;
                MarkReady(stream);
            }
            return true;
        }
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
