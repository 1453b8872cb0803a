using System.Text;
using System.Text.RegularExpressions;

namespace Postern.Conformance.Support;

/// <summary>Everything a program wrote so far, and a way to wait until it wrote something.</summary>
internal sealed class Transcript
{
    private const int MaxCharacters = 16 * 1024 * 1024;

    private readonly Lock _lock = new();
    private readonly StringBuilder _text = new();
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _ended;

    public string Text
    {
        get
        {
            lock (_lock)
                return _text.ToString();
        }
    }

    public int Length
    {
        get
        {
            lock (_lock)
                return _text.Length;
        }
    }

    /// <summary>Takes what the program writes until its end.</summary>
    public async Task CopyFromAsync(Stream stream)
    {
        var decoder = Encoding.UTF8.GetDecoder();
        var bytes = new byte[16 * 1024];
        var characters = new char[bytes.Length + 1];
        try
        {
            while (await stream.ReadAsync(bytes) is > 0 and var read)
                Append(characters.AsSpan(0, decoder.GetChars(bytes, 0, read, characters, 0)));
        }
        catch (IOException)
        {
            // The other side of a terminal is gone: Linux reports it as an input/output error. It is the end.
        }
        lock (_lock)
            _ended = true;
        Append([]);
    }

    /// <summary>
    /// Waits until what was written after <paramref name="from"/> matches. Fails with the whole text when it does not in time, or when
    /// the program ended without it.
    /// </summary>
    public async Task<Match> WaitForAsync(Regex pattern, int from = 0, TimeSpan? within = null)
    {
        var deadline = Task.Delay(within ?? Deadline.Usual);
        while (true)
        {
            Task changed;
            bool ended;
            string text;
            lock (_lock)
            {
                (changed, ended) = (_changed.Task, _ended);
                text = from < _text.Length ? _text.ToString(from, _text.Length - from) : "";
            }
            if (pattern.Match(text) is { Success: true } match)
                return match;
            if (ended)
                throw new InvalidOperationException($"The program ended and never wrote /{pattern}/. It wrote:\n{Text}");
            if (await Task.WhenAny(changed, deadline) == deadline)
                throw new TimeoutException($"Nothing matched /{pattern}/ in time. Written so far:\n{Text}");
        }
    }

    private void Append(ReadOnlySpan<char> characters)
    {
        TaskCompletionSource changed;
        lock (_lock)
        {
            if (_text.Length < MaxCharacters)
                _text.Append(characters);
            changed = _changed;
            _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
        }
        changed.SetResult();
    }
}
