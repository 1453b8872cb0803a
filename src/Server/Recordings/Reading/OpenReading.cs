using System.Buffers;
using System.Text.Json;
using Postern.Protocol.Recordings;
using Postern.Protocol.Recordings.Masking;

namespace Postern.Server.Recordings.Reading;

/// <summary>A recording that is being read from its beginning on, masked unless secrets were allowed.</summary>
internal sealed class OpenReading : IDisposable
{
    private const int MaxPiece = 512 * 1024;

    private readonly FileStream _file;
    private readonly RecordingReader _reader;
    private readonly InputMask? _mask;
    private readonly Queue<RecordedEvent> _ready = new();

    private OpenReading(FileStream file, RecordingReader reader, bool masked)
    {
        (_file, _reader) = (file, reader);
        _mask = masked ? new InputMask() : null;
    }

    /// <summary>Events given so far.</summary>
    public long Position { get; private set; }
    public RecordingFacts Facts => _reader.Facts;
    public RecordingEnd? End => _reader.End;

    /// <exception cref="RecordingDamagedException">It cannot be read.</exception>
    public static async Task<OpenReading> OpenAsync(FileStream file, ReadOnlyMemory<byte> sealingKey, string sessionId, bool masked, CancellationToken cancellationToken)
    {
        try
        {
            return new OpenReading(file, await RecordingReader.OpenOwnAsync(file, sealingKey, sessionId, cancellationToken), masked);
        }
        catch
        {
            await file.DisposeAsync();
            throw;
        }
    }

    public async Task SkipToAsync(long position, CancellationToken cancellationToken)
    {
        while (Position < position && await NextAsync(cancellationToken) is not null)
            Position++;
    }

    /// <summary>The next events, encoded; and whether there are more.</summary>
    public async Task<(byte[] Events, bool More)> ReadAsync(CancellationToken cancellationToken)
    {
        var piece = new ArrayBufferWriter<byte>(4096);
        long time = 0;
        while (await NextAsync(cancellationToken) is { } next)
        {
            var room = piece.GetSpan(next.Body.Length + EventCodec.MaxOverhead);
            piece.Advance(EventCodec.Write(room, next.Kind, next.Time - time, next.Body));
            time = next.Time;
            Position++;
            if (piece.WrittenCount >= MaxPiece)
                return (piece.WrittenSpan.ToArray(), true);
        }
        return (piece.WrittenSpan.ToArray(), false);
    }

    public string EndJson() => End is null ? "" : JsonSerializer.Serialize(End, RecordingsJsonContext.Default.RecordingEnd);

    public void Dispose()
    {
        _reader.Dispose();
        _file.Dispose();
    }

    private async ValueTask<RecordedEvent?> NextAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            if (_mask?.TryTake(out var decided) == true)
                return decided;
            if (_ready.TryDequeue(out var next))
            {
                if (_mask is null)
                    return next;
                _mask.Add(next);
                continue;
            }
            if (await _reader.ReadChunkAsync(cancellationToken))
            {
                TakeEvents();
                continue;
            }
            _mask?.Complete();
            return _mask?.TryTake(out var last) == true ? last : null;
        }
    }

    private void TakeEvents()
    {
        var events = _reader.Events;
        while (events.MoveNext())
            _ready.Enqueue(new RecordedEvent(events.Current.Kind, events.Current.Time, events.Current.Body.ToArray()));
    }
}
