using System.Buffers;
using System.Runtime.InteropServices;
using System.Threading.Channels;

namespace Postern.Cli.Terminal;

/// <summary>
/// Standard input without a runtime in between: no line editing, no decoding. One thread reads, because terminals and pipes cannot be
/// waited for otherwise; it is at most a few buffers ahead of the reader and dies with the process.
/// </summary>
internal sealed class StandardInput : ReadOnlyStream
{
    private const int BufferSize = 64 * 1024;
    private const int BuffersAhead = 4;

    private readonly Channel<ReadOnlyMemory<byte>> _chunks = Channel.CreateUnbounded<ReadOnlyMemory<byte>>(new() { SingleReader = true, SingleWriter = true });
    private readonly SemaphoreSlim _room = new(BuffersAhead); // bounds the channel
    private ReadOnlyMemory<byte> _rest;

    public StandardInput() => new Thread(ReadAll) { IsBackground = true, Name = "standard input" }.Start();

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_rest.IsEmpty)
        {
            if (!await _chunks.Reader.WaitToReadAsync(cancellationToken) || !_chunks.Reader.TryRead(out _rest))
                return 0;
        }
        var count = Math.Min(buffer.Length, _rest.Length);
        _rest[..count].CopyTo(buffer);
        var chunk = _rest;
        _rest = _rest[count..];
        if (_rest.IsEmpty)
        {
            if (MemoryMarshal.TryGetArray(chunk, out var segment))
                ArrayPool<byte>.Shared.Return(segment.Array!);
            _room.Release();
        }
        return count;
    }

    private void ReadAll()
    {
        while (true)
        {
            _room.Wait();
            var buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
            var count = (int)Posix.Read(Posix.StandardInput, buffer, BufferSize);
            if (count > 0)
            {
                _chunks.Writer.TryWrite(buffer.AsMemory(0, count));
                continue;
            }
            var error = Marshal.GetLastPInvokeError();
            ArrayPool<byte>.Shared.Return(buffer);
            _room.Release();
            if (count < 0 && error == Posix.Interrupted)
                continue;
            if (count < 0 && error == Posix.WouldBlock)
            {
                // Somebody who shares the descriptor made it non-blocking.
                var entry = new Posix.PollEntry { Descriptor = Posix.StandardInput, Events = Posix.PollIn };
                Posix.Poll(ref entry, 1, -1);
                continue;
            }
            _chunks.Writer.Complete(); // end of input, or a terminal that is gone
            return;
        }
    }
}
