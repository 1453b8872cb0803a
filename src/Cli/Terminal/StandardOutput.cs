using System.Runtime.InteropServices;
using System.Text;

namespace Postern.Cli.Terminal;

/// <summary>
/// Standard output or error as bytes, written at once. A reader that has gone away is an IOException, so that the session ends
/// (the runtime's own console stream would go on in silence).
/// </summary>
internal sealed class StandardOutput(int descriptor) : Stream
{
    public static readonly StandardOutput Out = new(Posix.StandardOutput);
    public static readonly StandardOutput Error = new(Posix.StandardError);

    private readonly Lock _lock = new();

    public override bool CanRead => false;
    public override bool CanSeek => false;
    public override bool CanWrite => true;
    public override long Length => throw new NotSupportedException();
    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    /// <summary>
    /// Writes a message of this program. It may quote a gateway or a node, so a terminal is given nothing of it to obey. A reader that has
    /// gone away does not matter any more.
    /// </summary>
    public void Text(string text)
    {
        try
        {
            Write(Encoding.UTF8.GetBytes(Plain(text)));
        }
        catch (IOException)
        {
            // Nobody is left to tell.
        }
    }

    /// <summary>Lines and tabs stay; every other control character becomes a space, also a return that would write over its line.</summary>
    internal static string Plain(string text) => string.Create(text.Length, text, static (plain, raw) =>
    {
        for (var i = 0; i < plain.Length; i++)
        {
            var stays = raw[i] is '\n' or '\t' || (raw[i] == '\r' && i + 1 < raw.Length && raw[i + 1] == '\n') || !char.IsControl(raw[i]);
            plain[i] = stays ? raw[i] : ' ';
        }
    });

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        lock (_lock)
        {
            while (!buffer.IsEmpty)
            {
                var count = (int)Posix.Write(descriptor, buffer, (nuint)buffer.Length);
                if (count >= 0)
                    buffer = buffer[count..];
                else
                    WaitOrThrow();
            }
        }
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        Write(buffer.Span);
        return ValueTask.CompletedTask;
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
    {
        Write(buffer.AsSpan(offset, count));
        return Task.CompletedTask;
    }

    public override void Flush() { }
    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
    public override void SetLength(long value) => throw new NotSupportedException();

    private void WaitOrThrow()
    {
        var error = Marshal.GetLastPInvokeError();
        if (error == Posix.Interrupted)
            return;
        if (error != Posix.WouldBlock)
            throw new IOException($"The output cannot be written: {Marshal.GetPInvokeErrorMessage(error)}");
        var entry = new Posix.PollEntry { Descriptor = descriptor, Events = Posix.PollOut };
        Posix.Poll(ref entry, 1, -1);
    }
}
