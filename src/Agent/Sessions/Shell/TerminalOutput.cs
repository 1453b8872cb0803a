using System.Buffers;
using System.Runtime.CompilerServices;
using Postern.Agent.Pty;
using Postern.Protocol.DataStream;
using Postern.Protocol.Messages;

namespace Postern.Agent.Sessions.Shell;

/// <summary>
/// Sends what a terminal shows until its program has ended, and then the rest. Programs left in the background keep nothing open:
/// the end of the first one is the end.
/// </summary>
internal sealed class TerminalOutput(Terminal terminal, ChildProcess process, DataStream stream)
{
    /// <summary>Most bytes taken after the end; a terminal holds far less, only a program that goes on printing would give more.</summary>
    private const int RestLimit = 1024 * 1024;

    /// <summary>The kernel gives up to 4 KiB at once; a read that gave less than this took all there was.</summary>
    private const int MoreLikely = 1024;

    private readonly byte[] _tail = new byte[Utf8Cut.LongestTail];
    private int _held; // bytes of an incomplete character, which the next message begins with

    public async Task CopyAsync(CancellationToken cancellationToken)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var watching = CancelAtEndAsync(ended);
        try
        {
            int? count;
            while ((count = await SendNextAsync(cancellationToken)) != 0)
            {
                ended.Token.ThrowIfCancellationRequested();
                if (count is null)
                    await terminal.File.WaitReadableAsync(ended.Token);
            }
            // Every program has closed the terminal; the first may still be busy ending.
            await process.Exited.WaitAsync(cancellationToken);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            await SendRestAsync(cancellationToken);
        }
        finally
        {
            await ended.CancelAsync();
            await watching;
        }
        if (_held > 0)
            await stream.SendAsync(PayloadType.Output, _tail.AsMemory(0, _held), cancellationToken);
    }

    private async Task CancelAtEndAsync(CancellationTokenSource ended)
    {
        var stopped = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var registration = ended.Token.UnsafeRegister(static state => ((TaskCompletionSource)state!).TrySetResult(), stopped);
        await Task.WhenAny(process.Exited, stopped.Task);
        await ended.CancelAsync();
    }

    private async Task SendRestAsync(CancellationToken cancellationToken)
    {
        for (var sent = 0; sent < RestLimit && await SendNextAsync(cancellationToken) is > 0 and var count;)
            sent += count;
    }

    /// <summary>Sends what is there in one message. Bytes taken; 0 at the end; null when nothing is there at present.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<int?> SendNextAsync(CancellationToken cancellationToken)
    {
        // Asked each time, since it depends on the channel, which may open later than the terminal; and no buffer is held while nothing comes.
        var size = stream.MaxPayload;
        var buffer = ArrayPool<byte>.Shared.Rent(size);
        try
        {
            var count = Fill(buffer.AsSpan(0, size));
            if (count is not > 0)
                return count;
            var available = _held + count.Value;
            var whole = Utf8Cut.Length(buffer.AsSpan(0, available));
            if (whole > 0)
                await stream.SendAsync(PayloadType.Output, buffer.AsMemory(0, whole), cancellationToken);
            _held = available - whole;
            buffer.AsSpan(whole, _held).CopyTo(_tail);
            return count;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private int? Fill(Span<byte> buffer)
    {
        _tail.AsSpan(0, _held).CopyTo(buffer);
        var filled = _held;
        while (terminal.File.TryRead(buffer[filled..], out var count))
        {
            filled += count;
            if (count < MoreLikely || filled == buffer.Length)
                return filled - _held;
        }
        return filled > _held ? filled - _held : null;
    }
}
