using System.Buffers;
using System.Text;

namespace Postern.Protocol.Recordings.Screen;

/// <summary>
/// The screen of a terminal, from the bytes that were sent to it: what xterm shows, without its window. Takes any bytes, cut anywhere, in bounded memory and without
/// allocating for each. Not modelled: left and right margins, character protection, soft fonts, graphics. For one thread at a time.
/// </summary>
public sealed partial class TerminalScreen
{
    /// <summary>Larger sizes are cut down to these, and to so many cells.</summary>
    public const int MaxColumns = 1000, MaxRows = 500, MaxCells = 128 * 1024;
    private const int MinColumns = 2;

    private ScreenBuffer _main, _shown;
    private ScreenBuffer? _alternate;
    private ScreenModes _modes = new();
    private CellStyle _pen;
    private int _row, _column, _top, _bottom, _shifted;
    private bool _wrapPending, _graphics0, _graphics1;
    private bool[] _tabs;

    public TerminalScreen(int columns, int rows)
    {
        (Columns, Rows) = Bounded(columns, rows);
        _main = _shown = new ScreenBuffer(Columns, Rows);
        _tabs = new bool[Columns];
        Reset();
    }

    public int Columns { get; private set; }
    public int Rows { get; private set; }
    /// <summary>From 0.</summary>
    public int CursorRow => _row;
    public int CursorColumn => _column;
    public bool IsCursorVisible => _modes.CursorVisible;
    /// <summary>A program of the whole screen, such as an editor, has it.</summary>
    public bool IsAlternate => _shown != _main;
    /// <summary>As the program set it, without control characters.</summary>
    public string Title { get; private set; } = "";

    /// <summary>Takes the next bytes that the terminal was sent.</summary>
    public void Write(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            if (_state == ParserState.Ground && _pendingLength == 0)
            {
                var end = bytes.IndexOfAnyExceptInRange((byte)' ', (byte)'~');
                var run = end < 0 ? bytes.Length : end;
                if (run > 0)
                {
                    PrintAscii(bytes[..run]);
                    bytes = bytes[run..];
                    continue;
                }
                if (bytes[0] is (byte)'\n' or (byte)'\r')
                {
                    Control(bytes[0]);
                    bytes = bytes[1..];
                    continue;
                }
                if (bytes[0] >= 0x80 && Rune.DecodeFromUtf8(bytes, out var rune, out var length) is var status && status != OperationStatus.NeedMoreData)
                {
                    Print(rune.Value);
                    bytes = bytes[length..];
                    continue;
                }
            }
            Take(bytes[0]);
            bytes = bytes[1..];
        }
    }

    /// <summary>Changes the size as xterm does: rows go away below the cursor, then at the top; no text flows anew.</summary>
    public void Resize(int columns, int rows)
    {
        (columns, rows) = Bounded(columns, rows);
        if (columns == Columns && rows == Rows)
            return;
        TakeAllText();
        var gone = _shown.Resize(columns, rows, _row);
        if (_alternate is not null)
            (_shown == _main ? _alternate : _main).Resize(columns, rows, 0);
        var tabs = new bool[columns];
        for (var i = 0; i < columns; i++)
            tabs[i] = i < Columns ? _tabs[i] : i % TabWidth == 0;
        (_tabs, Columns, Rows, _top, _bottom, _wrapPending) = (tabs, columns, rows, 0, rows - 1, false);
        _row = Math.Clamp(_row - gone, 0, rows - 1);
        _column = Math.Min(_column, columns - 1);
    }

    /// <summary>The text of a row, without blanks at its end.</summary>
    public string RowText(int row)
    {
        var text = new StringBuilder();
        AppendText(_shown[row], text);
        return text.ToString().TrimEnd(' ');
    }

    private static (int Columns, int Rows) Bounded(int columns, int rows)
    {
        columns = Math.Clamp(columns, MinColumns, MaxColumns);
        return (columns, Math.Clamp(rows, 1, Math.Min(MaxRows, MaxCells / columns)));
    }

    /// <summary>RIS.</summary>
    private void Reset()
    {
        TakeAllText();
        _shown = _main;
        _alternate = null;
        _main.Clear(default);
        _main.Saved = null;
        (_row, _column, _wrapPending) = (0, 0, false);
        for (var i = 0; i < _tabs.Length; i++)
            _tabs[i] = i % TabWidth == 0;
        SoftReset();
        _modes = new ScreenModes();
        _clusters.Clear();
        _clusterNumbers.Clear();
        _lastPrinted = 0;
        Title = "";
    }

    /// <summary>DECSTR, as far as it is not RIS.</summary>
    private void SoftReset()
    {
        (_top, _bottom, _pen) = (0, Rows - 1, default);
        (_graphics0, _graphics1, _shifted) = (false, false, 0);
        _modes = _modes with { CursorVisible = true, Origin = false, Insert = false, Autowrap = true, ApplicationCursor = false, ApplicationKeypad = false };
        _shown.Saved = null;
    }
}
