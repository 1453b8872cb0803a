namespace Postern.Cli.Terminal;

/// <summary>
/// Input of a terminal in raw mode with ssh's escape: Enter ~ . ends the session from this side, even when the other hangs; Enter ~ ~
/// types one tilde.
/// </summary>
internal sealed class EscapeInput(Stream input) : ReadOnlyStream
{
    private bool _lineStart = true;
    private bool _tilde;

    /// <summary>The input ended because the person asked for it.</summary>
    public bool Escaped { get; private set; }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (!Escaped)
        {
            // One byte is kept free: a tilde held back comes out together with what follows it.
            var count = await input.ReadAsync(buffer[1..], cancellationToken);
            if (count == 0)
                return 0;
            var kept = Filter(buffer.Span, count);
            if (kept > 0)
                return kept;
        }
        return 0;
    }

    private int Filter(Span<byte> buffer, int count)
    {
        var kept = 0;
        foreach (var key in buffer.Slice(1, count))
        {
            if (_tilde)
            {
                _tilde = false;
                if (key == '.')
                {
                    Escaped = true;
                    return 0;
                }
                if (key != '~')
                    buffer[kept++] = (byte)'~';
            }
            else if (_lineStart && key == '~')
            {
                _tilde = true;
                continue;
            }
            buffer[kept++] = key;
            _lineStart = key is (byte)'\r' or (byte)'\n';
        }
        return kept;
    }
}
