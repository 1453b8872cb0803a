using System.Runtime.InteropServices;

namespace Postern.Protocol.Recordings.Masking;

/// <summary>
/// What was typed up to Enter, and which of it came back. Echo begins what is shown behind a key or behind a movement of the cursor, and goes on as long as the next byte shown is the next one typed; the
/// first other one ends it until the next key or movement. What was typed already may be drawn again.
/// </summary>
/// <param name="isAhead">
/// Typed before the line above it was shown. Whatever that line brings comes first, with ends of lines of its own; so this one must show as a whole at the end of a row, or its letters could be found in
/// all that.
/// </param>
/// <param name="rowFrom">Where in the row its echo can begin.</param>
internal sealed class TypedLine(bool isAhead, long rowFrom)
{
    /// <summary>A line has an echo when so many of five characters came back.</summary>
    private const int FifthsShown = 4;
    /// <summary>And this times as many as did not, and as there were attempts that were something else: otherwise it may have been found by chance.</summary>
    private const int ShownForStrange = 2;
    private const byte Star = (byte)'*';

    private readonly List<(RecordedEvent Owner, int Offset)> _bytes = [];
    private readonly List<bool> _isShown = [];
    private readonly List<RecordedEvent> _owners = [];
    /// <summary>What the terminal would show of it, and which of the bytes those are.</summary>
    private readonly List<byte> _expected = [];
    private readonly List<int> _places = [];
    private int _undecidedFrom;
    /// <summary>In what is expected: what comes next, where the cursor is; how many before the next did not come; how many characters behind the cursor are others.</summary>
    private int _next, _at, _missed, _others;
    private int _strange;
    private bool _isLost, _isFresh = true, _hasMoved, _hasNoEcho;

    public bool IsAhead => isAhead;
    public bool IsEnded { get; private set; }
    public long LastTime { get; set; }
    public long RowFrom { get; set; } = rowFrom;

    private int Seen => _next - _missed;
    private bool IsShown => !isAhead && !_hasNoEcho && _expected.Count > 0 && Seen * 5 >= _expected.Count * FifthsShown && Seen >= (_strange + _missed) * ShownForStrange;

    public void Add(RecordedEvent owner, int offset)
    {
        if (_owners is [] || !ReferenceEquals(_owners[^1], owner))
        {
            _owners.Add(owner);
            owner.Undecided++;
        }
        _places.Add(_bytes.Count);
        _expected.Add(owner.Body[offset]);
        _bytes.Add((owner, offset));
        _isShown.Add(false);
        Press();
    }

    /// <summary>A key that is no character: something may be shown for it.</summary>
    public void Press() => (_isLost, _isFresh, _hasMoved) = (false, true, false);

    /// <summary>What was not shown before Enter and what comes behind it cannot be told from other output, except as a whole.</summary>
    public void Enter()
    {
        IsEnded = true;
        _hasNoEcho = Seen == 0;
    }

    public void Backspace()
    {
        while (_expected.Count > 0 && !RemoveLast())
        {
        }
        Press();
    }

    /// <summary>Ctrl-W.</summary>
    public void RemoveWord()
    {
        while (_expected is [.., (byte)' '])
            RemoveLast();
        while (_expected is [.., not (byte)' '])
            RemoveLast();
        Press();
    }

    /// <summary>Ctrl-U. What was typed until now is decided on by itself: it must not be shown because of what follows.</summary>
    public void RemoveAll()
    {
        Judge();
        _undecidedFrom = _bytes.Count;
        _others += _next;
        _expected.Clear();
        _places.Clear();
        (_next, _at, _missed, _strange) = (0, 0, 0, 0);
        Press();
    }

    /// <summary>A byte of text is shown.</summary>
    public void See(byte b)
    {
        if (_isLost)
            return;
        var (isFresh, hasMoved) = (_isFresh, _hasMoved);
        _isFresh = false;
        if (_at < _next && _expected[_at] == b)
            _at++;
        else if (_next < _expected.Count && _expected[_next] == b)
            Match(_next);
        else if (isFresh && hasMoved && _next > 0 && _expected[0] == b)
            _at = 1; // the whole line is drawn again
        else if (isFresh && _next < _expected.Count && _expected[^1] == b)
            Match(_expected.Count - 1); // keys before it were commands, or their echo was lost
        else
        {
            _at = _next;
            _others++;
            if (_next == _expected.Count)
                return; // nothing is waited for: completion, a suggestion, a status line
            _strange++;
            _isLost = true;
        }
    }

    /// <summary>The cursor goes one to the left.</summary>
    public void Left()
    {
        if (_others > 0)
            _others--;
        else
            while (_at > 0 && Characters.Continues(_expected[--_at]))
            {
            }
        (_isLost, _isFresh) = (false, true);
    }

    /// <summary>The cursor goes one to the right.</summary>
    public void Right()
    {
        if (_at < _next)
            _at++;
        (_isLost, _isFresh) = (false, true);
    }

    /// <summary>The cursor goes elsewhere.</summary>
    public void Move() => (_at, _others, _isLost, _isFresh, _hasMoved) = (_next, 0, false, true, true);

    public bool IsEndOf(ShownRow row) => row.EndsIn(CollectionsMarshal.AsSpan(_expected), RowFrom);

    /// <param name="isWhole">It was shown as a whole.</param>
    public void Decide(bool isWhole)
    {
        Judge();
        if (isWhole)
            foreach (var place in _places)
                _isShown[place] = true;
        for (var i = 0; i < _bytes.Count; i++)
            if (!_isShown[i])
                _bytes[i].Owner.Body[_bytes[i].Offset] = Star;
        foreach (var owner in _owners)
            owner.Undecided--;
    }

    private void Judge()
    {
        if (!IsShown)
            CollectionsMarshal.AsSpan(_isShown)[_undecidedFrom..].Clear();
    }

    private void Match(int index)
    {
        _missed += index - _next;
        _isShown[_places[index]] = true;
        _next = _at = index + 1;
        _others = 0;
    }

    /// <summary>True when the byte was the first of a character.</summary>
    private bool RemoveLast()
    {
        var last = _expected.Count - 1;
        var isFirst = !Characters.Continues(_expected[last]);
        if (last < _next)
        {
            if (_isShown[_places[last]])
                _others += isFirst ? 1 : 0;
            else
                _missed--;
            _next = last;
        }
        _at = Math.Min(_at, _next);
        _expected.RemoveAt(last);
        _places.RemoveAt(last);
        return isFirst;
    }
}
