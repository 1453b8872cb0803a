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

    private readonly byte[] _buffer = new byte[stream.MaxPayload];
    private int _held; // bytes of an incomplete character at the start of the buffer

    public async Task CopyAsync(CancellationToken cancellationToken)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var watching = CancelAtEndAsync(ended);
        try
        {
            int count;
            while ((count = await terminal.File.ReadAsync(_buffer.AsMemory(_held), ended.Token)) > 0)
                await SendAsync(count, cancellationToken);
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
            await stream.SendAsync(PayloadType.Output, _buffer.AsMemory(0, _held), cancellationToken);
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
        for (var sent = 0; sent < RestLimit && terminal.File.TryRead(_buffer.AsSpan(_held), out var count) && count > 0; sent += count)
            await SendAsync(count, cancellationToken);
    }

    private async ValueTask SendAsync(int count, CancellationToken cancellationToken)
    {
        var available = _held + count;
        var whole = Utf8Cut.Length(_buffer.AsSpan(0, available));
        if (whole > 0)
            await stream.SendAsync(PayloadType.Output, _buffer.AsMemory(0, whole), cancellationToken);
        _held = available - whole;
        _buffer.AsSpan(whole, _held).CopyTo(_buffer);
    }
}
