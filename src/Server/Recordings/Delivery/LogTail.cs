using System.Text;
using Postern.Protocol.Recordings;
using Postern.Protocol.Recordings.Screen;
using Postern.Server.Logs;

namespace Postern.Server.Recordings.Delivery;

/// <summary>
/// Reads a recording as lines of text, while it grows: of a terminal what stood on its screen, each line once it is done with; of a tunnel its connections and statements as
/// JSON. What was typed is not in it but where the terminal showed it. The same recording gives the same lines each time.
/// </summary>
internal sealed class LogTail : IAsyncDisposable
{
    private const int Columns = 80, Rows = 24;

    private readonly FileStream _file;
    private readonly RecordingReader _reader;
    private readonly TerminalScreen _screen = new(Columns, Rows);
    private readonly Queue<LogLine> _lines = new();
    private long _now;
    private bool _over;

    private LogTail(FileStream file, RecordingReader reader)
    {
        (_file, _reader) = (file, reader);
        _screen.LineDone = line => _lines.Enqueue(new LogLine(_now, line));
    }

    /// <summary>Null: there is no file.</summary>
    /// <exception cref="RecordingDamagedException">It is not as the gateway wrote it.</exception>
    public static async Task<LogTail?> OpenAsync(RecordingFolder folder, RecordingKeys keys, string path, CancellationToken cancellationToken)
    {
        if (folder.OpenRead(path) is not { } file)
            return null;
        try
        {
            return new LogTail(file, await RecordingReader.OpenAsync(file, keys.SealingKey, cancellationToken));
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
            _screen.TakeAllText();
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
        {
            var found = events.Current;
            _now = Facts.StartedAt + found.Time / 1000;
            switch (found.Kind)
            {
                case RecordingEventKind.Output:
                    _screen.Write(found.Body);
                    break;
                case RecordingEventKind.Resize when TerminalSize.TryParse(found.Body, out var columns, out var rows):
                    _screen.Resize(columns, rows);
                    break;
                case RecordingEventKind.Flow or RecordingEventKind.Statement or RecordingEventKind.Gap:
                    _lines.Enqueue(new LogLine(_now, Encoding.UTF8.GetString(found.Body)));
                    break;
            }
        }
    }
}
