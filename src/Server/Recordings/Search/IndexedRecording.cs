using Postern.Protocol.Recordings;
using Postern.Protocol.Recordings.Exports;

namespace Postern.Server.Recordings.Search;

/// <summary>A recording on its way into the index.</summary>
internal sealed class IndexedRecording(SearchIndex index, RecordingRow row, FileStream file, TimeProvider time) : IDisposable
{
    private const int MaxBatch = 500, MaxRecent = 4096;
    /// <summary>What a recording has beyond that is not found; it can be played all the same.</summary>
    private const int MaxLines = 500_000, MaxCharacters = 64 * 1024 * 1024;
    /// <summary>Reading on stops for the others after so long. What a node shows can cost much more time than it has bytes.</summary>
    private static readonly TimeSpan Turn = TimeSpan.FromMilliseconds(100);

    private readonly List<RecordedLine> _lines = [];
    // Output that repeats itself is entered once.
    private readonly HashSet<string> _recent = new(StringComparer.Ordinal);
    private RecordingReader? _reader;
    private RecordedText? _text;
    private long? _source;
    private int _count, _characters;

    /// <summary>The turn was over before everything was read.</summary>
    public bool HasMore { get; private set; }

    private bool IsFull => _count >= MaxLines || _characters >= MaxCharacters;

    /// <summary>Reads up to where the file is written, for a turn at most; true once it has its end, or nothing more is to be entered.</summary>
    /// <exception cref="RecordingDamagedException">The file is damaged; what stands before is in the index.</exception>
    public async Task<bool> ReadOnAsync(ReadOnlyMemory<byte> sealingKey, CancellationToken cancellationToken)
    {
        _reader ??= await RecordingReader.OpenOwnAsync(file, sealingKey, row.SessionId, cancellationToken);
        _text ??= new RecordedText(_reader.Facts, Add);
        HasMore = false;
        var began = time.GetTimestamp();
        while (!IsFull && !(HasMore = time.GetElapsedTime(began) > Turn) && await _reader.ReadChunkAsync(cancellationToken))
        {
            var events = _reader.Events;
            while (events.MoveNext())
                _text.Add(events.Current);
            if (_lines.Count >= MaxBatch)
                await FlushAsync(false, cancellationToken);
        }
        if (_reader.End is null && !IsFull)
        {
            if (!HasMore)
                file.Position = _reader.Read.Bytes; // a chunk that was seen half written is read again
            await FlushAsync(false, cancellationToken);
            return false;
        }
        if (!IsFull)
            _text.Complete();
        await FlushAsync(true, cancellationToken);
        return true;
    }

    public void Dispose()
    {
        _reader?.Dispose();
        file.Dispose();
    }

    private void Add(RecordedLine line)
    {
        if (IsFull)
            return;
        if (line.Kind == RecordingEventKind.Output)
        {
            if (_recent.Count >= MaxRecent)
                _recent.Clear();
            if (!_recent.Add(line.Text))
                return;
        }
        _count++;
        _characters += line.Text.Length;
        _lines.Add(line);
    }

    private async Task FlushAsync(bool complete, CancellationToken cancellationToken)
    {
        if (_lines.Count == 0 && !complete)
            return;
        _source ??= await index.AddSourceAsync(row, cancellationToken);
        await index.AddAsync(_source.Value, _lines, complete, cancellationToken);
        _lines.Clear();
    }
}
