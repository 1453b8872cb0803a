namespace Postern.Protocol.Recordings.Masking;

/// <summary>
/// Masks what was typed and not shown, as passwords are: each line that is typed is compared with what the terminal shows until its Enter is answered. Characters that did not come back become stars, and
/// the whole line does when most of it did not. What is decided comes out in the order it went in; whatever cannot be told is masked.
/// </summary>
public sealed class InputMask
{
    /// <summary>So much waits at most for its decision.</summary>
    private const int MaxWaiting = 4096, MaxWaitingBytes = 1024 * 1024, MaxLines = 32;
    private const long Patience = 2_000_000, LongPatience = 30_000_000; // microseconds: of an ended line, of one that is not
    private const int MaxSteps = 512;
    private const byte Interrupt = 3, Backspace = 8, Delete = 0x7F, RemoveAll = 0x15, RemoveWord = 0x17, Suspend = 0x1A, Escape = 0x1B, Quit = 0x1C, Star = (byte)'*';

    private readonly Queue<RecordedEvent> _waiting = new();
    private readonly List<TypedLine> _lines = [];
    private readonly ShownRow _row = new();
    private EscapeSkipper _shown;
    private int _waitingBytes;

    /// <summary>Takes the next event; its body may be written over.</summary>
    public void Add(RecordedEvent next)
    {
        Expire(next.Time);
        _waiting.Enqueue(next);
        _waitingBytes += next.Body.Length;
        if (next.Kind == RecordingEventKind.Input)
            Type(next);
        else if (next.Kind == RecordingEventKind.Output)
            Show(next.Body);
        if (_waiting.Count > MaxWaiting || _waitingBytes > MaxWaitingBytes)
            Complete();
    }

    /// <summary>The next event that is decided on.</summary>
    public bool TryTake([System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out RecordedEvent? next)
    {
        if (!_waiting.TryPeek(out next) || next.Undecided > 0)
        {
            next = null;
            return false;
        }
        _waiting.Dequeue();
        _waitingBytes -= next.Body.Length;
        return true;
    }

    /// <summary>Nothing else comes, or nothing more can be kept: decides all.</summary>
    public void Complete()
    {
        foreach (var line in _lines)
            line.Decide(isWhole: false);
        _lines.Clear();
    }

    /// <summary>The line whose keys are answered now. Those ahead of it show as a whole or not at all.</summary>
    private TypedLine? Answered => _lines is [{ IsAhead: false } first, ..] ? first : null;

    private void Type(RecordedEvent input)
    {
        var body = input.Body;
        for (var i = 0; i < body.Length; i++)
        {
            if (body[i] == Escape)
            {
                var sequence = TypedSequence.At(body.AsSpan(i));
                body.AsSpan(i)[sequence.SecretFrom..sequence.SecretTo].Fill(Star);
                i += sequence.Length - 1;
                if (_lines is [.., { IsEnded: false } open])
                    open.Press();
                continue;
            }
            if (_lines is [] or [.., { IsEnded: true }])
                Begin();
            Press(_lines[^1], input, i);
        }
    }

    private static void Press(TypedLine line, RecordedEvent input, int offset)
    {
        line.LastTime = input.Time;
        switch (input.Body[offset])
        {
            case (byte)'\r' or (byte)'\n' or Interrupt or Suspend or Quit:
                line.Enter();
                break;
            case Backspace or Delete:
                line.Backspace();
                break;
            case RemoveAll:
                line.RemoveAll();
                break;
            case RemoveWord:
                line.RemoveWord();
                break;
            case >= (byte)' ':
                line.Add(input, offset);
                break;
            default:
                line.Press();
                break;
        }
    }

    private void Begin()
    {
        if (_lines.Count == 0)
            _row.Clear(); // nobody filled it
        else if (_lines.Count == MaxLines)
            DecideFirst();
        _lines.Add(new TypedLine(isAhead: _lines.Count > 0, _row.End));
    }

    private void Show(ReadOnlySpan<byte> output)
    {
        foreach (var b in output)
        {
            var kind = _shown.Take(b);
            if (_lines.Count > 0)
                Show(b, kind);
        }
    }

    private void Show(byte b, OutputByte kind)
    {
        switch (kind)
        {
            case OutputByte.Text:
                Show(b);
                break;
            case OutputByte.Left:
                for (var i = Math.Clamp(_shown.Parameter, 1, MaxSteps); i > 0; i--)
                    Left();
                break;
            case OutputByte.Right:
                for (var i = Math.Clamp(_shown.Parameter, 1, MaxSteps); i > 0; i--)
                    Answered?.Right();
                break;
            case OutputByte.Column:
                Answered?.Move();
                break;
            case OutputByte.Elsewhere:
                EndRow(isEndOfLine: false);
                break;
        }
    }

    private void Show(byte b)
    {
        switch (b)
        {
            case (byte)'\n':
                EndRow(isEndOfLine: true);
                break;
            case (byte)'\r':
                _row.CarriageReturn();
                Answered?.Move();
                break;
            case Backspace:
                Left();
                break;
            case >= (byte)' ' and not Delete:
                _row.Add(b);
                Answered?.See(b);
                break;
        }
    }

    private void Left()
    {
        _row.Back();
        Answered?.Left();
    }

    /// <summary>What comes now is not the echo of a line that was ended, unless that was typed ahead.</summary>
    private void EndRow(bool isEndOfLine)
    {
        var isTaken = !isEndOfLine; // a row is the echo of one line at most
        for (var i = 0; i < _lines.Count;)
        {
            var line = _lines[i];
            var isWhole = !isTaken && line.IsEnded && line.IsEndOf(_row);
            isTaken |= isWhole;
            if (isWhole || line is { IsEnded: true, IsAhead: false })
            {
                _lines.RemoveAt(i);
                line.Decide(isWhole);
                continue;
            }
            line.RowFrom = 0;
            line.Move();
            i++;
        }
        _row.Clear();
    }

    private void Expire(long now)
    {
        while (_lines.Count > 0 && now - _lines[0].LastTime > (_lines[0].IsEnded ? Patience : LongPatience))
            DecideFirst();
    }

    private void DecideFirst()
    {
        var first = _lines[0];
        _lines.RemoveAt(0);
        first.Decide(isWhole: false);
    }
}
