using System.Runtime.CompilerServices;
using System.Text.Json;
using Postern.Cli.Output;
using Postern.Client;
using Postern.Protocol.AwsJson;
using Postern.Protocol.Recordings;
using Postern.Protocol.Recordings.Masking;

namespace Postern.Cli.Commands;

/// <summary>A recording as it is read: of a gateway, or a file that was exported as it is sealed.</summary>
internal sealed class RecordingSource
{
    private readonly IAsyncEnumerable<RecordedEvent> _events;

    private RecordingSource(RecordingFacts facts, Func<RecordingSource, IAsyncEnumerable<RecordedEvent>> events)
    {
        Facts = facts;
        _events = events(this);
    }

    public RecordingFacts Facts { get; }

    /// <summary>Once all events were read: how it ended; null when it has no end.</summary>
    public RecordingEnd? End { get; private set; }

    /// <summary>To be read once.</summary>
    public IAsyncEnumerable<RecordedEvent> Events => _events;

    /// <summary>Whether the person means a file: there is one, or it is written as a path.</summary>
    public static bool IsFile(string name) => name.Contains('/') || name.EndsWith(".prec", StringComparison.Ordinal) || File.Exists(name);

    /// <param name="client">Of the gateway.</param>
    /// <param name="sessionId">Whose recording.</param>
    /// <param name="secrets">With what was typed and not shown.</param>
    /// <param name="cancellationToken">Stops reading.</param>
    public static async Task<RecordingSource> OfGatewayAsync(SessionClient client, string sessionId, bool secrets, CancellationToken cancellationToken)
    {
        var first = await client.CallAsync(PlaybackOperations.GetRecording, new GetRecordingRequest { SessionId = sessionId, Secrets = secrets ? true : null }, cancellationToken);
        var facts = JsonSerializer.Deserialize(first.Facts ?? "{}", RecordingsJsonContext.Default.RecordingFacts)!;
        return new RecordingSource(facts, source => source.ReadAsync(client, sessionId, secrets, first, cancellationToken));
    }

    /// <exception cref="CommandException">The file cannot be read.</exception>
    public static async Task<RecordingSource> OfFileAsync(string path, bool secrets, CancellationToken cancellationToken)
    {
        try
        {
            var file = File.OpenRead(path);
            var reader = await RecordingReader.OpenAsync(file, default, cancellationToken);
            return new RecordingSource(reader.Facts, source => source.ReadAsync(file, reader, secrets, cancellationToken));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or RecordingDamagedException)
        {
            throw new CommandException($"{path} cannot be read: {e.Message}", ExitCodes.SessionFailed);
        }
    }

    private async IAsyncEnumerable<RecordedEvent> ReadAsync(SessionClient client, string id, bool secrets, GetRecordingResponse piece, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        while (true)
        {
            foreach (var recorded in Decode(piece.Data ?? []))
                yield return recorded;
            if (piece.End is { Length: > 0 } end)
                End = JsonSerializer.Deserialize(end, RecordingsJsonContext.Default.RecordingEnd);
            if (piece.NextPosition is not { } next)
                yield break;
            piece = await client.CallAsync(PlaybackOperations.GetRecording, new GetRecordingRequest { SessionId = id, Secrets = secrets ? true : null, Position = next }, cancellationToken);
        }
    }

    private async IAsyncEnumerable<RecordedEvent> ReadAsync(FileStream file, RecordingReader reader, bool secrets, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var closed = file;
        using var read = reader;
        var mask = secrets ? null : new InputMask();
        while (await reader.ReadChunkAsync(cancellationToken))
            foreach (var recorded in Decode(reader.Events))
            {
                mask?.Add(recorded);
                if (mask is null)
                    yield return recorded;
                while (mask?.TryTake(out var decided) == true)
                    yield return decided;
            }
        mask?.Complete();
        while (mask?.TryTake(out var decided) == true)
            yield return decided;
        End = reader.End;
    }

    /// <summary>Events as GetRecording and WatchSession give them: the first one's time is counted from 0.</summary>
    public static List<RecordedEvent> Decode(byte[] data) => Decode(new EventReader(default, data));

    private static List<RecordedEvent> Decode(EventReader events)
    {
        var decoded = new List<RecordedEvent>();
        while (events.MoveNext())
            decoded.Add(new RecordedEvent(events.Current.Kind, events.Current.Time, events.Current.Body.ToArray()));
        return decoded;
    }
}
