using Postern.Protocol.Recordings.Screen;

namespace Postern.Protocol.Recordings.Exports;

/// <summary>A line of text in a recording.</summary>
/// <param name="Time">Microseconds since the start: when it was done with.</param>
/// <param name="Kind">What it was: Output, Flow, Statement, Gap or Note.</param>
/// <param name="Text">Without control characters.</param>
public readonly record struct RecordedLine(long Time, RecordingEventKind Kind, string Text);

/// <summary>
/// The text of a recording: of terminals the lines as they were shown, escape sequences carried out; of commands without one the lines they printed. What was typed is
/// there as far as it was shown. A program of the whole screen is looked at once a second.
/// </summary>
public sealed class RecordedText
{
    private const int DefaultColumns = 80, DefaultRows = 24, MaxRecent = 2048;
    private const long LookInterval = 1_000_000;

    private readonly TerminalScreen _screen = new(DefaultColumns, DefaultRows);
    private readonly Action<RecordedLine> _add;
    // In a program of the whole screen the same lines come again and again in other places.
    private readonly HashSet<string> _recent = new(StringComparer.Ordinal);
    private long _time, _looked;

    /// <param name="facts">Of the recording.</param>
    /// <param name="add">Gets each line.</param>
    public RecordedText(RecordingFacts facts, Action<RecordedLine> add)
    {
        _add = add;
        _screen.LineDone = LineDone;
        if (facts.Kind == "command")
            _screen.Write("\e[20h"u8); // without a terminal, lines end in line feeds alone
    }

    public void Add(RecordingEvent recorded)
    {
        _time = recorded.Time;
        switch (recorded.Kind)
        {
            case RecordingEventKind.Output:
                _screen.Write(recorded.Body);
                if (_screen.IsAlternate && _time - _looked >= LookInterval)
                {
                    _looked = _time;
                    _screen.TakeAllText();
                }
                break;
            case RecordingEventKind.Resize when RecordingExport.TryReadSize(recorded.Body, out var columns, out var rows):
                _screen.Resize(columns, rows);
                break;
            case RecordingEventKind.Statement:
                _add(new RecordedLine(_time, recorded.Kind, StatementLine.Of(recorded.Body)));
                break;
            case RecordingEventKind.Flow or RecordingEventKind.Gap or RecordingEventKind.Note:
                _add(new RecordedLine(_time, recorded.Kind, EventLine.Of(recorded.Kind, recorded.Body)));
                break;
        }
    }

    /// <summary>Gives what stands on the screen and was not given yet.</summary>
    public void Complete() => _screen.TakeAllText();

    private void LineDone(string text)
    {
        if (_screen.IsAlternate)
        {
            if (_recent.Count >= MaxRecent)
                _recent.Clear();
            if (!_recent.Add(text))
                return;
        }
        _add(new RecordedLine(_time, RecordingEventKind.Output, text));
    }
}
