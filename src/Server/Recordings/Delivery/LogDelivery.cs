using Postern.Protocol.AwsJson;
using Postern.Server.Logs;
using Postern.Server.Settings;

namespace Postern.Server.Recordings.Delivery;

/// <summary>
/// Brings the text of sessions into log groups: the gateway's own, and those of a CloudWatch Logs service where one is set. The recording is the queue: what could not be
/// put anywhere is put again.
/// </summary>
internal sealed class LogDelivery(RecordingFolder folder, RecordingKeys keys, LogStore logs, DeliveryStore store, AwsAccess access, ServerOptions options, TimeProvider time) : IAsyncDisposable
{
    private const int MaxLines = 1000;
    /// <summary>When to come again: usually; and to one that there is no room to keep open, which is read from its beginning each time.</summary>
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(2), Seldom = TimeSpan.FromMinutes(1);
    /// <summary>Then it is the turn of others: one that prints faster than a store takes would never be done.</summary>
    private static readonly TimeSpan Turn = TimeSpan.FromSeconds(1);

    private readonly LogTails _tails = new(time);
    private readonly HttpClient _http = new(new SocketsHttpHandler { AllowAutoRedirect = false }) { Timeout = TimeSpan.FromSeconds(30) };

    /// <summary>Delivers what there is now, for a turn at most. Null: all of it, the recording is over; else when to come again. The row's position is moved.</summary>
    /// <exception cref="InvalidOperationException">It is for a service and none is set.</exception>
    public async Task<TimeSpan?> RunAsync(DeliveryRow row, RecordingRow recording, CancellationToken cancellationToken)
    {
        if (row.Kind == DeliveryRow.Service && options.LogsEndpoint is null)
            throw new InvalidOperationException("The setting logs-endpoint, which it is for, is not there any more.");
        if (!row.Destination.Streaming && recording.State == RecordingRow.Open)
            return Interval;
        // Each place is as far as it is: one that is away does not make the others get anything twice.
        var key = $"{row.Kind} {row.SessionId}";
        var tail = _tails.Take(key);
        if (tail is not null && tail.Given > row.Position)
        {
            await tail.DisposeAsync();
            tail = null;
        }
        tail ??= await LogTail.OpenAsync(folder, keys, recording.Path, cancellationToken);
        if (tail is null)
            return null; // the file is gone; there is nothing to deliver any more
        bool more, kept = false;
        try
        {
            more = await DeliverAsync(row, tail, cancellationToken);
        }
        finally
        {
            kept = await _tails.PutAsync(key, tail);
        }
        return tail.IsOver ? null : !kept ? Seldom : more ? TimeSpan.Zero : Interval;
    }

    public async ValueTask DisposeAsync()
    {
        await _tails.DisposeAsync();
        _http.Dispose();
    }

    /// <summary>True: its turn is over, and there is more.</summary>
    private async Task<bool> DeliverAsync(DeliveryRow row, LogTail tail, CancellationToken cancellationToken)
    {
        var began = time.GetTimestamp();
        while (tail.Given < row.Position)
        {
            if (time.GetElapsedTime(began) >= Turn && !_tails.IsFull)
                return true;
            if ((await tail.ReadAsync((int)Math.Min(MaxLines, row.Position - tail.Given), cancellationToken)).Count == 0)
                break;
        }
        var (destination, unsaved) = (row.Destination, false);
        while (await tail.PeekAsync(MaxLines, cancellationToken) is { Count: > 0 } lines)
        {
            var left = lines.Count;
            foreach (var batch in LogMessages.Batches(LogMessages.Of(lines, destination.Streaming ? tail.Facts : null)))
            {
                if (unsaved)
                    await store.MoveAsync(row, cancellationToken); // what has arrived does not come twice because the gateway is killed
                if (row.Kind == DeliveryRow.Service)
                    await PutAsync(destination.LogGroup!, row.SessionId, batch.Lines, cancellationToken);
                else
                    await logs.AppendAsync(destination.LogGroup!, row.SessionId, batch.Lines, cancellationToken);
                left -= batch.Recorded;
                tail.Take(batch.Recorded);
                (row.Position, unsaved) = (tail.Given, true);
                if (time.GetElapsedTime(began) >= Turn)
                    return true;
            }
            tail.Take(left); // of which nothing is put
            row.Position = tail.Given;
        }
        return false;
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
