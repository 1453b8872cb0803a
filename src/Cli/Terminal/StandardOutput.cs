using System.Runtime.InteropServices;
using System.Text;

namespace Postern.Cli.Terminal;

/// <summary>
/// Standard output or error as bytes, written at once. A reader that has gone away is an IOException, so that the session ends
/// (the runtime's own console stream would go on in silence). A reader that does not read holds up the caller of <see cref="Write(ReadOnlySpan{byte})"/>
/// for as long; what comes from a session is written asynchronously, by a thread of its own, and its writer can give up.
/// </summary>
internal sealed class StandardOutput(int descriptor) : Stream
{
    public static readonly StandardOutput Out = new(Posix.StandardOutput);
    public static readonly StandardOutput Error = new(Posix.StandardError);

    private const int BufferSize = 64 * 1024;
    /// <summary>How long a message of this program waits for what a session writes. Then nobody reads.</summary>
    private static readonly TimeSpan TextLimit = TimeSpan.FromMilliseconds(500);

    /// <summary>Whose turn it is to write; the thread gives it back when it has written.</summary>
    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly SemaphoreSlim _work = new(0, 1);
    private byte[]? _buffer; // the thread's, there with it
    private int _length;
    private volatile IOException? _failure;

    public override bool CanRead => false;
    public override bool CanSeek => false;
    public override bool CanWrite => true;
    public override long Length => throw new NotSupportedException();
    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    /// <summary>
    /// Writes a message of this program. It may quote a gateway or a node, so a terminal is given nothing of it to obey. A reader that has
    /// gone away, or takes nothing of a session any more, does not matter.
    /// </summary>
    public void Text(string text)
    {
        if (!_turn.Wait(TextLimit))
            return;
        try
        {
            WriteAll(Encoding.UTF8.GetBytes(Plain(text)));
        }
        catch (IOException)
        {
            // Nobody is left to tell.
        }
        finally
        {
            _turn.Release();
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
        _turn.Wait();
        try
        {
            WriteAll(buffer);
        }
        finally
        {
            _turn.Release();
        }
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    /// <summary>
    /// Ends when everything is written; never blocks its thread. Cancelled, up to 64 KiB may still be written should the reader go on.
    /// </summary>
    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (!buffer.IsEmpty)
        {
            await _turn.WaitAsync(cancellationToken);
            if (_buffer is null)
            {
                _buffer = new byte[BufferSize];
                new Thread(WriteWhatIsGiven) { IsBackground = true, Name = "standard output" }.Start();
            }
            // Copied, because the caller's memory is its own again once it has given up.
            _length = Math.Min(buffer.Length, BufferSize);
            buffer.Span[.._length].CopyTo(_buffer);
            buffer = buffer[_length..];
            _work.Release();
        }
        await _turn.WaitAsync(cancellationToken); // written
        _turn.Release();
        if (_failure is { } failure)
            throw new IOException(failure.Message, failure);
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
        => WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override void Flush() { }
    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
    public override void SetLength(long value) => throw new NotSupportedException();

    private void WriteWhatIsGiven()
    {
        while (true)
        {
            _work.Wait();
            try
            {
                if (_failure is null)
                    WriteAll(_buffer.AsSpan(0, _length));
            }
            catch (IOException failure)
            {
                _failure = failure;
            }
            _turn.Release();
        }
    }

    private void WriteAll(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            var count = (int)Posix.Write(descriptor, bytes, (nuint)bytes.Length);
            if (count >= 0)
                bytes = bytes[count..];
            else
                WaitOrThrow();
        }
    }

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
