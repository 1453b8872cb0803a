namespace Postern.Protocol.Recordings.Masking;

/// <summary>
/// Masks what was typed and not shown, as passwords are: each line that is typed is compared with what the terminal shows from then on to the end of the line. One that
/// does not show for the most part becomes stars. What is decided comes out in the order it went in; whatever cannot be told is masked.
/// </summary>
public sealed class InputMask
{
    /// <summary>So much waits at most for its decision.</summary>
    private const int MaxWaiting = 4096, MaxWaitingBytes = 1024 * 1024, MaxLines = 32;
    private const long Patience = 2_000_000, LongPatience = 30_000_000; // microseconds: of an ended line, of one that is not
    private const byte Backspace = 8, Delete = 0x7F, ClearLine = 0x15, Star = (byte)'*';
    /// <summary>A line shows when at least so many of five characters do.</summary>
    private const int FifthsShown = 4;

    private readonly Queue<RecordedEvent> _waiting = new();
    private readonly List<TypedLine> _lines = [];
    private EscapeSkipper _typed, _shown;
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
            Decide(line);
        _lines.Clear();
    }

    private void Type(RecordedEvent input)
    {
        var body = input.Body;
        for (var i = 0; i < body.Length; i++)
        {
            var b = body[i];
            if (_typed.Skips(b))
                continue;
            if (_lines is [] or [.., { IsEnded: true }])
                Begin();
            var line = _lines[^1];
            line.LastTime = input.Time;
            switch (b)
            {
                case (byte)'\r' or (byte)'\n':
                    line.IsEnded = true;
                    break;
                case Backspace or Delete:
                    line.Backspace();
                    break;
                case ClearLine:
                    line.Expected.Clear();
                    break;
                case >= (byte)' ':
                    line.Add(input, i);
                    break;
            }
        }
    }

    private void Begin()
    {
        if (_lines.Count == MaxLines)
        {
            Decide(_lines[0]);
            _lines.RemoveAt(0);
        }
        _lines.Add(new TypedLine { IsAhead = _lines.Count > 0 });
    }

    private void Show(ReadOnlySpan<byte> output)
    {
        if (_lines.Count == 0)
        {
            foreach (var b in output)
                _shown.Skips(b);
            return;
        }
        foreach (var b in output)
        {
            if (_shown.Skips(b))
                continue;
            if (b == '\n')
                EndOfLine();
            else
                foreach (var line in _lines)
                    line.See(b);
        }
    }

    private void EndOfLine()
    {
        var isFirst = true;
        for (var i = 0; i < _lines.Count; isFirst = false)
        {
            var line = _lines[i];
            if (line.IsEnded && (line.IsAhead ? line.IsWhole : isFirst))
            {
                _lines.RemoveAt(i);
                Decide(line);
            }
            else
                i++;
        }
    }

    private void Expire(long now)
    {
        while (_lines.Count > 0 && now - _lines[0].LastTime > (_lines[0].IsEnded ? Patience : LongPatience))
        {
            Decide(_lines[0]);
            _lines.RemoveAt(0);
        }
    }

    private static void Decide(TypedLine line)
    {
        var shown = line.Expected.Count > 0 && line.Seen * 5 >= line.Expected.Count * FifthsShown;
        foreach (var (owner, offset) in line.Bytes)
            if (!shown)
                owner.Body[offset] = Star;
        foreach (var owner in line.Owners)
            owner.Undecided--;
    }

    private sealed class TypedLine
    {
        public List<(RecordedEvent Owner, int Offset)> Bytes { get; } = [];
        public List<RecordedEvent> Owners { get; } = [];
        /// <summary>What the terminal would show of it.</summary>
        public List<byte> Expected { get; } = [];
        public int Seen { get; private set; }
        public bool IsEnded { get; set; }
        /// <summary>
        /// Typed before the line above it was shown. Whatever that line brings comes first, with ends of lines of its own; so this one must show as a whole, or its letters could be
        /// found in all that.
        /// </summary>
        public bool IsAhead { get; init; }
        public bool IsWhole => Seen == Expected.Count;
        public long LastTime { get; set; }

        public void Add(RecordedEvent owner, int offset)
        {
            if (Owners is [] || !ReferenceEquals(Owners[^1], owner))
            {
                Owners.Add(owner);
                owner.Undecided++;
            }
            Bytes.Add((owner, offset));
            Expected.Add(owner.Body[offset]);
        }

        public void Backspace()
        {
            if (Expected.Count > 0)
                Expected.RemoveAt(Expected.Count - 1);
            Seen = Math.Min(Seen, Expected.Count);
        }

        public void See(byte b)
        {
            if (IsWhole)
                return;
            if (IsAhead && Expected[Seen] != b)
                Seen = 0;
            if (Expected[Seen] == b)
                Seen++;
        }
    }
}
