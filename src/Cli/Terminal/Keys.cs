using System.Threading.Channels;

namespace Postern.Cli.Terminal;

/// <summary>A key that a view understands.</summary>
internal enum ViewKey { Leave, Pause, Back, Forward }

/// <summary>Keys typed while something is shown. q and Ctrl-C leave, the space bar pauses, arrows go back and forth. A key nobody takes is dropped.</summary>
internal sealed class Keys : IAsyncDisposable
{
    private const int MostPending = 64;
    private const byte Interrupt = 3, Escape = 0x1B;

    private readonly Channel<ViewKey> _keys = Channel.CreateBounded<ViewKey>(new BoundedChannelOptions(MostPending) { FullMode = BoundedChannelFullMode.DropOldest });
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _reading;

    public Keys(Stream input) => _reading = ReadAsync(input);

    /// <summary>Completes when the input ends.</summary>
    public ChannelReader<ViewKey> Reader => _keys.Reader;

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _reading;
        _stop.Dispose();
    }

    private async Task ReadAsync(Stream input)
    {
        var buffer = new byte[64];
        try
        {
            while (await input.ReadAsync(buffer, _stop.Token) is > 0 and var count)
                for (var i = 0; i < count; i++)
                    if (KeyAt(buffer.AsSpan(i, count - i), out var length) is { } key)
                    {
                        _keys.Writer.TryWrite(key);
                        i += length - 1;
                    }
        }
        catch (OperationCanceledException)
        {
            return; // the view is over
        }
        finally
        {
            _keys.Writer.TryComplete();
        }
    }

    internal static ViewKey? KeyAt(ReadOnlySpan<byte> typed, out int length)
    {
        length = 1;
        switch (typed[0])
        {
            case Interrupt or (byte)'q' or (byte)'Q':
                return ViewKey.Leave;
            case (byte)' ':
                return ViewKey.Pause;
            case Escape when typed.Length >= 3 && (typed[1] is (byte)'[' or (byte)'O') && (typed[2] is (byte)'C' or (byte)'D'):
                length = 3;
                return typed[2] == 'C' ? ViewKey.Forward : ViewKey.Back;
            default:
                return null;
        }
    }
}
