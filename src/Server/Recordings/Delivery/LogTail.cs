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
    /// <summary>Of what is looked at together, unless one line has more.</summary>
    private const int MaxCharacters = 1024 * 1024;

    private readonly FileStream _file;
    private readonly RecordingReader _reader;
    private readonly RecordedText _text;
    private readonly Queue<LogLine> _lines = new();
    private long _characters;
    private bool _over;

    private LogTail(FileStream file, RecordingReader reader)
    {
        (_file, _reader) = (file, reader);
        _text = new RecordedText(reader.Facts, line => Add(new LogLine(reader.Facts.StartedAt + line.Time / 1000, line.Text)));
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

    /// <summary>Lines taken so far.</summary>
    public long Given { get; private set; }

    /// <summary>The recording has its end, and all its lines were taken.</summary>
    public bool IsOver => _over && _lines.Count == 0;

    /// <summary>Reading failed, somewhere within a chunk.</summary>
    public bool IsBroken { get; private set; }

    /// <summary>The next lines, which stay until they are taken; none when there are no more now.</summary>
    /// <param name="limit">Most lines.</param>
    /// <param name="cancellationToken">Stops reading.</param>
    /// <exception cref="RecordingDamagedException">It is not as the gateway wrote it.</exception>
    public async Task<IReadOnlyList<LogLine>> PeekAsync(int limit, CancellationToken cancellationToken)
    {
        IsBroken = true; // until it went well
        while (_lines.Count < limit && _characters < MaxCharacters && !_over)
        {
            if (await _reader.ReadChunkAsync(cancellationToken))
            {
                TakeChunk();
                continue;
            }
            if (_reader.End is null)
            {
                _file.Position = _reader.Read.Bytes; // a chunk that was seen half written is read again
                break;
            }
            _over = true;
            _text.Complete();
        }
        IsBroken = false;
        List<LogLine> lines = [];
        var characters = 0;
        foreach (var line in _lines)
        {
            if (lines.Count == limit || (lines.Count > 0 && characters + line.Message.Length > MaxCharacters))
                break;
            lines.Add(line);
            characters += line.Message.Length;
        }
        return lines;
    }

    /// <summary>The first lines of those looked at have arrived.</summary>
    public void Take(int count)
    {
        for (var i = 0; i < count; i++)
            _characters -= _lines.Dequeue().Message.Length;
        Given += count;
    }

    /// <summary>The next lines; none when there are no more now.</summary>
    /// <inheritdoc cref="PeekAsync"/>
    public async Task<IReadOnlyList<LogLine>> ReadAsync(int limit, CancellationToken cancellationToken)
    {
        var lines = await PeekAsync(limit, cancellationToken);
        Take(lines.Count);
        return lines;
    }

    public async ValueTask DisposeAsync()
    {
        _reader.Dispose();
        await _file.DisposeAsync();
    }

    private void Add(LogLine line)
    {
        _lines.Enqueue(line);
        _characters += line.Message.Length;
    }

    private void TakeChunk()
    {
        var events = _reader.Events;
        while (events.MoveNext())
            _text.Add(events.Current);
    }
}
