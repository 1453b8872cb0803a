using System.IO.Pipes;
using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;
using Postern.Cli.Terminal;
using Postern.Tests.DataStream;

namespace Postern.Tests.Cli;

/// <summary>On a pipe, whose reader does not read.</summary>
public sealed class StandardOutputTests : IDisposable
{
    private const int MoreThanAPipeHolds = 4 * 1024 * 1024;

    private readonly AnonymousPipeServerStream _reader = new(PipeDirection.In);
    private readonly SafePipeHandle _readerHandle;
    private readonly StandardOutput _output;

    public StandardOutputTests()
    {
        _readerHandle = _reader.SafePipeHandle;
        _output = new StandardOutput((int)_reader.ClientSafePipeHandle.DangerousGetHandle());
    }

    public void Dispose()
    {
        _readerHandle.Dispose();
        // Nothing is written any more before the descriptor may be another's.
        Record.Exception(() => _output.Write([0]));
        _reader.Dispose();
    }

    [Fact]
    public async Task A_writer_is_not_blocked_and_can_give_up()
    {
        using var cancel = new CancellationTokenSource();
        var writing = await BeginAsync(new byte[MoreThanAPipeHolds], cancel.Token);
        Assert.False(writing.IsCompleted);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => writing.WaitAsync(Deadline.Time));
    }

    [Fact]
    public async Task A_message_is_not_waited_for_when_nobody_reads()
    {
        using var cancel = new CancellationTokenSource();
        var writing = await BeginAsync(new byte[MoreThanAPipeHolds], cancel.Token);
        await Task.Run(() => _output.Text("over\n")).WaitAsync(Deadline.Time);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => writing.WaitAsync(Deadline.Time));
    }

    [Fact]
    public async Task A_reader_that_goes_on_gets_every_byte_and_then_the_message()
    {
        var sent = RandomNumberGenerator.GetBytes(MoreThanAPipeHolds);
        var writing = await BeginAsync(sent, CancellationToken.None);
        var read = await ReadAsync(sent.Length);
        await writing.WaitAsync(Deadline.Time);
        Assert.Equal(SHA256.HashData(sent), SHA256.HashData(read));
        _output.Text("over\n");
        Assert.Equal("over\n"u8.ToArray(), await ReadAsync(5));
    }

    [Fact]
    public async Task A_reader_that_has_gone_is_an_error_for_the_writer()
    {
        var writing = await BeginAsync(new byte[MoreThanAPipeHolds], CancellationToken.None);
        _readerHandle.Dispose();
        await Assert.ThrowsAsync<IOException>(() => writing.WaitAsync(Deadline.Time));
        await Assert.ThrowsAsync<IOException>(() => _output.WriteAsync(new byte[1], CancellationToken.None).AsTask().WaitAsync(Deadline.Time));
        _output.Text("nobody is left to tell");
    }

    /// <summary>Fails when the call itself blocks.</summary>
    private Task<Task> BeginAsync(byte[] bytes, CancellationToken cancellationToken)
        => Task.Factory.StartNew(() => (Task)_output.WriteAsync(bytes, cancellationToken).AsTask(), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default).WaitAsync(Deadline.Time, CancellationToken.None);

    private async Task<byte[]> ReadAsync(int count)
    {
        var bytes = new byte[count];
        await _reader.ReadExactlyAsync(bytes).AsTask().WaitAsync(Deadline.Time);
        return bytes;
    }
}
