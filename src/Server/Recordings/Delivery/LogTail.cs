using Postern.Protocol.Recordings;
using Postern.Protocol.Recordings.Exports;
using Postern.Server.Logs;

namespace Postern.Server.Recordings.Delivery;

/// <summary>
/// Reads a recording as lines of text, while it grows (see <see cref="RecordedText"/>). The same recording gives the same lines each time, so that one can go on behind the
/// last line that arrived.
/// </summary>
internal sealed class LogTail : IAsyncDisposable
{
    private readonly FileStream _file;
    private readonly RecordingReader _reader;
    private readonly RecordedText _text;
    private readonly Queue<LogLine> _lines = new();
    private bool _over;

    private LogTail(FileStream file, RecordingReader reader)
    {
        (_file, _reader) = (file, reader);
        _text = new RecordedText(reader.Facts, line => _lines.Enqueue(new LogLine(reader.Facts.StartedAt + line.Time / 1000, line.Text)));
    }

    /// <summary>Null: there is no file.</summary>
    /// <exception cref="RecordingDamagedException">It is not as the gateway wrote it.</exception>
    public static async Task<LogTail?> OpenAsync(RecordingFolder folder, RecordingKeys keys, string path, CancellationToken cancellationToken)
    {
        if (folder.OpenRead(path) is not { } file)
            return null;
        try
        {
            return new LogTail(file, await RecordingReader.OpenOwnAsync(file, keys.SealingKey, RecordingFolder.SessionOf(path), cancellationToken));
        }
        catch
        {
            await file.DisposeAsync();
            throw;
        }
    }

    public RecordingFacts Facts => _reader.Facts;

    /// <summary>Lines given so far.</summary>
    public long Given { get; private set; }

    /// <summary>The recording has its end, and all its lines were given.</summary>
    public bool IsOver => _over && _lines.Count == 0;

    /// <summary>The next lines; none when there are no more now.</summary>
    /// <param name="limit">Most lines.</param>
    /// <param name="cancellationToken">Stops reading.</param>
    /// <exception cref="RecordingDamagedException">It is not as the gateway wrote it.</exception>
    public async Task<IReadOnlyList<LogLine>> ReadAsync(int limit, CancellationToken cancellationToken)
    {
        while (_lines.Count < limit && await _reader.ReadChunkAsync(cancellationToken))
            TakeChunk();
        if (_lines.Count < limit && _reader.End is not null && !_over)
        {
            _over = true;
            _text.Complete();
        }
        List<LogLine> lines = [];
        while (lines.Count < limit && _lines.TryDequeue(out var line))
            lines.Add(line);
        Given += lines.Count;
        return lines;
    }

    public async ValueTask DisposeAsync()
    {
        _reader.Dispose();
        await _file.DisposeAsync();
    }

    private void TakeChunk()
    {
        var events = _reader.Events;
        while (events.MoveNext())
            _text.Add(events.Current);
    }
}
