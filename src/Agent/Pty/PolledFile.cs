using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using static Postern.Agent.Pty.LinuxNative;

namespace Postern.Agent.Pty;

/// <summary>
/// A non-blocking file (terminal, pipe, process) that can be awaited. It owns the handle. One reader and one writer at a time;
/// neither allocates per call. Disposing wakes both with <see cref="ObjectDisposedException"/>.
/// </summary>
internal sealed class PolledFile : IDisposable
{
    private readonly Lock _gate = new();
    private readonly Poller _poller;
    private readonly ReadyWaiter _reader, _writer;
    private bool _disposed;

    public PolledFile(Poller poller, SafeFileHandle handle)
    {
        _poller = poller;
        Handle = handle;
        _reader = new ReadyWaiter(_gate);
        _writer = new ReadyWaiter(_gate);
        Id = poller.Add(this);
    }

    internal SafeFileHandle Handle { get; }
    internal long Id { get; }

    /// <summary>
    /// Bytes read; 0 at the end. A terminal whose programs are all gone is at its end. A token that is cancelled counts also while there is
    /// more to read: some programs never stop printing.
    /// </summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        int count;
        cancellationToken.ThrowIfCancellationRequested();
        while (!TryRead(buffer.Span, out count))
            await WaitAsync(_reader, cancellationToken);
        return count;
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        while (!bytes.IsEmpty)
        {
            var written = TryWrite(bytes.Span);
            if (written == 0)
                await WaitAsync(_writer, cancellationToken);
            bytes = bytes[written..];
        }
    }

    /// <summary>Waits until a read would not block.</summary>
    public ValueTask WaitReadableAsync(CancellationToken cancellationToken) => WaitAsync(_reader, cancellationToken);

    /// <summary>False when nothing is there at present; true with 0 at the end.</summary>
    public bool TryRead(Span<byte> buffer, out int count)
    {
        while (true)
        {
            count = (int)read(Handle, buffer, (nuint)buffer.Length);
            if (count >= 0)
                return true;
            switch (Marshal.GetLastPInvokeError())
            {
                case EINTR:
                    continue;
                case EAGAIN:
                    return false;
                case EIO:
                    count = 0;
                    return true;
                case var error:
                    throw Failure("read", error);
            }
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            if (_disposed)
                return;
            _disposed = true;
            _poller.Remove(this);
            var gone = new ObjectDisposedException(nameof(PolledFile));
            _reader.Fail(gone);
            _writer.Fail(gone);
        }
        Handle.Dispose();
    }

    internal void OnReady(bool readable, bool writable)
    {
        lock (_gate)
        {
            if (_disposed)
                return;
            if (readable)
                _reader.Complete();
            if (writable)
                _writer.Complete();
            Arm();
        }
    }

    private int TryWrite(ReadOnlySpan<byte> bytes)
    {
        while (true)
        {
            var written = (int)write(Handle, bytes, (nuint)bytes.Length);
            if (written >= 0)
                return written;
            var error = Marshal.GetLastPInvokeError();
            if (error == EAGAIN)
                return 0;
            if (error != EINTR)
                throw Failure("write", error);
        }
    }

    private ValueTask WaitAsync(ReadyWaiter waiter, CancellationToken cancellationToken)
    {
        ValueTask task;
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            task = waiter.Start(cancellationToken);
            Arm();
        }
        waiter.WatchCancellation();
        return task;
    }

    private void Arm()
    {
        var events = (_reader.IsWaiting ? EPOLLIN : 0) | (_writer.IsWaiting ? EPOLLOUT : 0);
        if (events != 0)
            _poller.Arm(Handle, Id, events);
    }
}
