using System.Text.Json;
using Amazon.Runtime;
using Postern.Protocol.AwsJson;
using Postern.Server.Documents;
using Postern.Server.Logs;
using Postern.Server.Settings;

namespace Postern.Server.Recordings.Delivery;

/// <summary>
/// Brings the text of sessions into log groups: the gateway's own, and those of a CloudWatch Logs service where one is set. The recording is the queue: what could not be
/// put anywhere is read again.
/// </summary>
internal sealed class LogDelivery(RecordingFolder folder, RecordingKeys keys, LogStore logs, AwsAccess access, ServerOptions options, TimeProvider time) : IAsyncDisposable
{
    /// <summary>Of one call, as JSON writes it: below the 1 MiB and 10,000 events of PutLogEvents, and the 256 KiB of another gateway's requests.</summary>
    private const int MaxLines = 1000, MaxTails = 256, MaxBytes = 192 * 1024;
    /// <summary>Of a streamed message. A line may be a statement of 64 KiB, and what cannot be taken would be tried for ever.</summary>
    private const int LinesOfAMessage = 100, CharactersOfAMessage = 16 * 1024;
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(2), MaxSpan = TimeSpan.FromHours(23);

    private readonly Dictionary<string, LogTail> _tails = new(StringComparer.Ordinal);
    private readonly Lock _lock = new();
    private readonly HttpClient _http = new(new SocketsHttpHandler { AllowAutoRedirect = false }) { Timeout = TimeSpan.FromSeconds(30) };

    /// <summary>Delivers what there is now. Null: all of it, the recording is over; else when to come again. The row's position is moved.</summary>
    /// <exception cref="InvalidOperationException">It is for a service and none is set.</exception>
    public async Task<TimeSpan?> RunAsync(DeliveryRow row, RecordingRow recording, CancellationToken cancellationToken)
    {
        if (row.Kind == DeliveryRow.Service && options.LogsEndpoint is null)
            throw new InvalidOperationException("The setting logs-endpoint, which it is for, is not there any more.");
        var destination = row.Destination;
        if (!destination.Streaming && recording.State == RecordingRow.Open)
            return Interval;
        var tail = await TailAsync(row, recording, cancellationToken);
        if (tail is null)
            return null; // the file is gone; there is nothing to deliver any more
        try
        {
            while (await tail.ReadAsync(MaxLines, cancellationToken) is { Count: > 0 } lines)
            {
                foreach (var batch in Batches(Messages(destination, tail, lines)))
                {
                    if (row.Kind == DeliveryRow.Service)
                        await PutAsync(destination.LogGroup!, row.SessionId, batch, cancellationToken);
                    else
                        await logs.AppendAsync(destination.LogGroup!, row.SessionId, batch, cancellationToken);
                }
                row.Position = tail.Given;
            }
        }
        catch
        {
            await ForgetAsync(KeyOf(row)); // what it has read and nobody has got must be read again
            throw;
        }
        if (!tail.IsOver)
            return Interval;
        await ForgetAsync(KeyOf(row));
        return null;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var key in _tails.Keys.ToList())
            await ForgetAsync(key);
        _http.Dispose();
    }

    /// <summary>The one that stands at the row's position, or one that is brought there.</summary>
    private async Task<LogTail?> TailAsync(DeliveryRow row, RecordingRow recording, CancellationToken cancellationToken)
    {
        LogTail? tail;
        lock (_lock)
            tail = _tails.GetValueOrDefault(KeyOf(row));
        if (tail is not null && tail.Given == row.Position)
            return tail;
        await ForgetAsync(KeyOf(row));
        tail = await LogTail.OpenAsync(folder, keys, recording.Path, cancellationToken);
        if (tail is null)
            return null;
        while (tail.Given < row.Position && await tail.ReadAsync((int)Math.Min(MaxLines, row.Position - tail.Given), cancellationToken) is { Count: > 0 })
        {
        }
        LogTail? other = null;
        lock (_lock)
        {
            if (_tails.Count >= MaxTails)
                _tails.Remove(_tails.Keys.First(), out other); // it is opened again when its turn comes
            _tails[KeyOf(row)] = tail;
        }
        if (other is not null)
            await other.DisposeAsync();
        return tail;
    }

    // Each place is as far as it is: one that is away does not make the others get anything twice.
    private static string KeyOf(DeliveryRow row) => $"{row.Kind} {row.SessionId}";

    private async Task ForgetAsync(string key)
    {
        LogTail? tail;
        lock (_lock)
            _tails.Remove(key, out tail);
        if (tail is not null)
            await tail.DisposeAsync();
    }

    private static IEnumerable<LogLine> Messages(SessionDelivery destination, LogTail tail, IReadOnlyList<LogLine> lines)
        => destination.Streaming
            ? Parts(lines).Select(part => new LogLine(part[^1].Time, StreamedLine.Write(tail.Facts, part[^1].Time, [.. part.Select(line => line.Message)])))
            : lines.Where(line => line.Message.Length > 0);

    /// <summary>The lines of each message.</summary>
    public static IEnumerable<List<LogLine>> Parts(IReadOnlyList<LogLine> lines)
    {
        List<LogLine> part = [];
        var characters = 0;
        foreach (var line in lines)
        {
            if (part.Count == LinesOfAMessage || (part.Count > 0 && characters + line.Message.Length > CharactersOfAMessage))
            {
                yield return part;
                (part, characters) = ([], 0);
            }
            part.Add(line);
            characters += line.Message.Length;
        }
        if (part.Count > 0)
            yield return part;
    }

    /// <summary>As PutLogEvents takes them.</summary>
    private static IEnumerable<List<LogLine>> Batches(IEnumerable<LogLine> lines)
    {
        List<LogLine> batch = [];
        var bytes = 0;
        foreach (var line in lines)
        {
            var size = JsonEncodedText.Encode(line.Message).EncodedUtf8Bytes.Length + LogStore.EventOverhead;
            if (batch.Count > 0 && (bytes + size > MaxBytes || line.Time - batch[0].Time > (long)MaxSpan.TotalMilliseconds))
            {
                yield return batch;
                (batch, bytes) = ([], 0);
            }
            batch.Add(line);
            bytes += size;
        }
        if (batch.Count > 0)
            yield return batch;
    }

    private async Task PutAsync(string group, string stream, IReadOnlyList<LogLine> lines, CancellationToken cancellationToken)
    {
        var signed = await access.KeysAsync();
        var service = new AwsJsonClient(_http, options.LogsEndpoint!, options.Region, () => signed, time);
        var request = new PutLogEventsRequest { LogGroupName = group, LogStreamName = stream, LogEvents = [.. lines.Select(line => new LogEvent { Timestamp = line.Time, Message = line.Message })] };
        try
        {
            await service.CallAsync(LogsOperations.PutLogEvents, request, cancellationToken);
        }
        catch (AwsErrorException e) when (e.Code == "ResourceNotFoundException")
        {
            await MakeAsync(() => service.CallAsync(LogsOperations.CreateLogGroup, new CreateLogGroupRequest { LogGroupName = group }, cancellationToken));
            await MakeAsync(() => service.CallAsync(LogsOperations.CreateLogStream, new LogStreamRequest { LogGroupName = group, LogStreamName = stream }, cancellationToken));
            await service.CallAsync(LogsOperations.PutLogEvents, request, cancellationToken);
        }
        catch (AwsErrorException e) when (e.Code is "AccessDeniedException" or "UnrecognizedClientException" or "InvalidSignatureException" or "ExpiredTokenException")
        {
            access.Forget();
            throw;
        }
    }

    private static async Task MakeAsync(Func<Task> create)
    {
        try
        {
            await create();
        }
        catch (AwsErrorException e) when (e.Code == "ResourceAlreadyExistsException")
        {
            // as it should be
        }
    }
}
