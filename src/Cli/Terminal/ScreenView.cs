using System.Buffers;
using System.Globalization;
using System.Text;
using Postern.Protocol.Recordings.Exports;
using Postern.Protocol.Recordings.Screen;

namespace Postern.Cli.Terminal;

/// <summary>
/// Shows another terminal's screen on this one, with a line below it that says what it is. Only characters and colours get through: nothing that the other terminal was sent
/// can ask this one for anything. Of a larger screen the part with the cursor is shown.
/// </summary>
internal sealed class ScreenView : IDisposable
{
    private readonly StandardOutput _output;
    private readonly List<byte[]> _shown = [];
    private (uint, uint) _size;

    public ScreenView(StandardOutput output)
    {
        _output = output;
        Put("\e[?1049h\e[?7l\e[2J");
    }

    /// <param name="screen">What to show.</param>
    /// <param name="status">The line below it.</param>
    public void Draw(TerminalScreen screen, string status)
    {
        var size = TerminalSize.Current();
        var (columns, rows) = ((int)Math.Clamp(size.Columns, 2, TerminalScreen.MaxColumns), (int)Math.Clamp(size.Rows, 2, TerminalScreen.MaxRows));
        var frame = new ArrayBufferWriter<byte>();
        if ((size.Columns, size.Rows) != _size)
        {
            _shown.Clear();
            Put(frame, "\e[m\e[2J");
            _size = (size.Columns, size.Rows);
        }
        Put(frame, "\e[?25l");
        var top = Math.Clamp(screen.CursorRow - (rows - 2), 0, Math.Max(0, screen.Rows - (rows - 1)));
        for (var row = 0; row < rows - 1; row++)
        {
            var line = new ArrayBufferWriter<byte>();
            if (top + row < screen.Rows)
                screen.RenderRow(top + row, columns, line);
            Show(frame, row, line.WrittenSpan);
        }
        status = PlainLine.Of(status); // names a session, whose recording anybody may have made
        var bar = new ArrayBufferWriter<byte>();
        Put(bar, $"\e[7m{(status.Length > columns ? status[..columns] : status.PadRight(columns))}\e[m");
        Show(frame, rows - 1, bar.WrittenSpan);
        if (screen.IsCursorVisible && screen.CursorColumn < columns)
            Put(frame, string.Create(CultureInfo.InvariantCulture, $"\e[{screen.CursorRow - top + 1};{screen.CursorColumn + 1}H\e[?25h"));
        _output.Write(frame.WrittenSpan);
    }

    /// <summary>Gives the terminal back as it was.</summary>
    public void Dispose() => Put("\e[m\e[?7h\e[?25h\e[?1049l");

    private void Show(IBufferWriter<byte> frame, int row, ReadOnlySpan<byte> line)
    {
        while (_shown.Count <= row)
            _shown.Add([]);
        if (_shown[row].AsSpan().SequenceEqual(line))
            return;
        _shown[row] = line.ToArray();
        Put(frame, string.Create(CultureInfo.InvariantCulture, $"\e[{row + 1}H\e[m\e[2K"));
        frame.Write(line);
    }

    private void Put(string text)
    {
        try
        {
            _output.Write(Encoding.ASCII.GetBytes(text));
        }
        catch (IOException)
        {
            return; // the terminal is gone
        }
    }

    private static void Put(IBufferWriter<byte> frame, string text) => Encoding.UTF8.GetBytes(text, frame);
}
