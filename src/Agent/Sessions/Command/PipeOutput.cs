using Postern.Agent.Pty;
using Postern.Protocol.DataStream;
using Postern.Protocol.Messages;

namespace Postern.Agent.Sessions.Command;

/// <summary>Sends what comes out of one pipe until its end, or until the command has ended and what it left is sent.</summary>
internal sealed class PipeOutput(PolledFile pipe, PayloadType type, OutputPrefix prefix, DataStream stream)
{
    /// <summary>Most bytes taken after the end; a pipe holds no more, only a program left in the background that goes on printing would give it.</summary>
    private const int RestLimit = 1024 * 1024;

    // Prefix, then a character held back from last time, then what is read.
    private readonly byte[] _buffer = new byte[stream.MaxPayload];
    private int _held;

    /// <param name="ended">Cancelled when the command has ended.</param>
    /// <param name="cancellationToken">Cancelled when the session has.</param>
    public async Task CopyAsync(CancellationToken ended, CancellationToken cancellationToken)
    {
        try
        {
            int count;
            while ((count = await pipe.ReadAsync(Free, ended)) > 0)
                await SendAsync(count, cancellationToken);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            for (var sent = 0; sent < RestLimit && pipe.TryRead(Free.Span, out var count) && count > 0; sent += count)
                await SendAsync(count, cancellationToken);
        }
        if (_held > 0)
            await stream.SendAsync(type, _buffer.AsMemory(prefix.Length, _held), cancellationToken);
    }

    private Memory<byte> Free => _buffer.AsMemory(prefix.Length + _held);

    private async ValueTask SendAsync(int count, CancellationToken cancellationToken)
    {
        var text = _buffer.AsMemory(prefix.Length, _held + count);
        var whole = Utf8Cut.Length(text.Span);
        if (whole > 0)
        {
            // The prefix is put right before the text; when none is due the text goes alone.
            var before = prefix.Write(_buffer, text.Span[whole - 1]);
            await stream.SendAsync(type, _buffer.AsMemory(prefix.Length - before, before + whole), cancellationToken);
        }
        _held = text.Length - whole;
        text.Span[whole..].CopyTo(text.Span);
    }
}
