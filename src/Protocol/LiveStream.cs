using System.Runtime.CompilerServices;

namespace Postern.Protocol;

/// <summary>
/// A connection whose peer speaks at least every few seconds (it answers pings), and which is lost when nothing comes any more while
/// something is waited for: a network that went away says nothing. Time in which nobody reads does not count, nor does time in which
/// this process, or its machine, slept.
/// </summary>
public sealed class LiveStream : Stream
{
    /// <summary>The silence is counted in so many looks, each of which must find the same read waiting.</summary>
    private const int Looks = 5;

    private readonly Stream _inner;
    private readonly ITimer _timer;
    private readonly TimeSpan _silence;
    private long _reads, _seen;
    private int _silent;
    private volatile bool _reading, _lost;

    /// <param name="inner">Owned from now on.</param>
    /// <param name="silence">Between four fifths of this and the whole of it without a byte, and reads fail with IOException.</param>
    /// <param name="time">Clock of the looks.</param>
    public LiveStream(Stream inner, TimeSpan silence, TimeProvider time)
    {
        (_inner, _silence) = (inner, silence);
        _timer = time.CreateTimer(static stream => ((LiveStream)stream!).Look(), this, silence / Looks, silence / Looks);
    }

    public override bool CanRead => true;
    public override bool CanWrite => true;
    public override bool CanSeek => false;
    public override long Length => throw new NotSupportedException();
    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        try
        {
            _reading = true;
            var count = await _inner.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
            // Closing a socket may look to its reader as if the peer had.
            return count == 0 && _lost ? throw Lost(null) : count;
        }
        catch (Exception e) when (_lost && e is not IOException)
        {
            throw Lost(e);
        }
        finally
        {
            Volatile.Write(ref _reads, _reads + 1);
            _reading = false;
        }
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => _inner.Read(buffer, offset, count);

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) => _inner.WriteAsync(buffer, cancellationToken);

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => _inner.WriteAsync(buffer, offset, count, cancellationToken);

    public override void Write(byte[] buffer, int offset, int count) => _inner.Write(buffer, offset, count);

    public override void Flush() => _inner.Flush();

    public override Task FlushAsync(CancellationToken cancellationToken) => _inner.FlushAsync(cancellationToken);

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _timer.Dispose();
            _inner.Dispose();
        }
        base.Dispose(disposing);
    }

    private void Look()
    {
        var reads = Volatile.Read(ref _reads);
        if (!_reading || reads != _seen)
        {
            (_seen, _silent) = (reads, 0);
            return;
        }
        if (++_silent < Looks || _lost)
            return;
        _lost = true;
        _inner.Dispose(); // makes the read fail, and the write that waits for the same peer
    }

    private IOException Lost(Exception? e) => new($"Nothing came from the peer for {_silence.TotalSeconds:0} s.", e);
}
