using Amazon.Runtime;
using Postern.Protocol.AwsJson;
using Postern.Protocol.Recordings;
using Postern.Server.Documents;
using Postern.Server.Sessions;
using Postern.Server.Settings;

namespace Postern.Server.Recordings.Delivery;

/// <summary>
/// Carries recordings to where their sessions' documents say. What is to be done stands in the database until it is done, however long a store is away; sessions do not
/// notice. A few of each kind at a time, each on its own: one that fails waits longer each time, and one that hangs or never ends holds up no others.
/// </summary>
internal sealed class DeliveryWorker(
    DeliveryStore store, RecordingStore recordings, SessionStore sessionStore, LiveSessions sessions, Recorder recorder, RecordingCatalog catalog, ObjectDelivery objects, LogDelivery logs, ServerOptions options, TimeProvider time, ILogger<DeliveryWorker> log)
    : BackgroundService
{
    /// <summary>The log service is mostly waited for.</summary>
    private const int ObjectsAtOnce = 4, LogsAtOnce = 4, ServiceAtOnce = 16;
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1), FirstRetry = TimeSpan.FromSeconds(2), LongestRetry = TimeSpan.FromMinutes(5), Upkeep = TimeSpan.FromHours(1);

    private readonly HashSet<string> _streaming = new(StringComparer.Ordinal);

    public override Task StartAsync(CancellationToken cancellationToken)
    {
        catalog.Observe(StoredAsync);
        return base.StartAsync(cancellationToken);
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken)
    {
        DeliveryLane Lane(string kind, int atOnce) => new(kind, atOnce, (limit, cancel) => store.ListDueAsync(recorder.GatewayName, kind, limit, cancel), RunAsync, time, log);
        return Task.WhenAll(EnterAsync(stoppingToken), Lane(DeliveryRow.S3, ObjectsAtOnce).RunAsync(stoppingToken), Lane(DeliveryRow.Logs, LogsAtOnce).RunAsync(stoppingToken),
            Lane(DeliveryRow.Service, ServiceAtOnce).RunAsync(stoppingToken));
    }

    /// <summary>Sees to it that everything that is to be delivered stands in the table.</summary>
    private async Task EnterAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        long? cleaned = null;
        do
        {
            try
            {
                if (cleaned is not { } before || time.GetElapsedTime(before) > Upkeep)
                {
                    await EnterMissingAsync(cancellationToken);
                    await store.RemoveGoneAsync(cancellationToken);
                    cleaned = time.GetTimestamp();
                }
                await EnterStreamsAsync(cancellationToken);
            }
            catch (Exception e) when (e is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
            {
                log.DeliveriesNotRead(e);
            }
        }
        while (await timer.WaitForNextTickAsync(cancellationToken));
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        await logs.DisposeAsync();
    }

    private async Task StoredAsync(RecordingRow recording, CancellationToken cancellationToken)
    {
        if ((await sessionStore.FindAsync(recording.SessionId, cancellationToken))?.Delivery is not { } delivery || SessionDelivery.FromJson(delivery) is not { } destination)
            return;
        if (destination.Bucket is not null)
            await store.AddAsync(recording.SessionId, DeliveryRow.S3, recording.Gateway, delivery, cancellationToken);
        if (destination.LogGroup is not null)
            await AddLogsAsync(recording.SessionId, recording.Gateway, delivery, cancellationToken);
    }

    private async Task AddLogsAsync(string sessionId, string gateway, string delivery, CancellationToken cancellationToken)
    {
        await store.AddAsync(sessionId, DeliveryRow.Logs, gateway, delivery, cancellationToken);
        if (options.LogsEndpoint is not null)
            await store.AddAsync(sessionId, DeliveryRow.Service, gateway, delivery, cancellationToken);
    }

    /// <summary>Those that were stored and not entered, for the gateway was killed between, or the database was away.</summary>
    private async Task EnterMissingAsync(CancellationToken cancellationToken)
    {
        foreach (var missing in await store.ListMissingAsync(recorder.GatewayName, options.LogsEndpoint is not null, cancellationToken))
            await store.AddAsync(missing.SessionId, missing.Kind, missing.Gateway, missing.Delivery, cancellationToken);
    }

    /// <summary>Live sessions whose lines are to go out while they run.</summary>
    private async Task EnterStreamsAsync(CancellationToken cancellationToken)
    {
        var live = sessions.Live;
        foreach (var session in live)
            if (session.Row.Delivery is { } delivery && !_streaming.Contains(session.Id) && SessionDelivery.FromJson(delivery) is { LogGroup: not null, Streaming: true } && recorder.Find(session.Id) is not null)
            {
                await AddLogsAsync(session.Id, recorder.GatewayName, delivery, cancellationToken);
                _streaming.Add(session.Id);
            }
        _streaming.IntersectWith(live.Select(session => session.Id));
    }

    private async Task RunAsync(DeliveryRow row, CancellationToken cancellationToken)
    {
        RecordingRow? recording = null;
        try
        {
            recording = await recordings.FindAsync(row.SessionId, cancellationToken);
            TimeSpan? again = FirstRetry; // its row comes with its first chunk
            if (recording is not null)
                again = row.Kind != DeliveryRow.S3 ? await logs.RunAsync(row, recording, cancellationToken) : await PutAsync(row, recording, cancellationToken);
            if (row.Attempts > 0)
                log.DeliveredAgain(row.SessionId, row.Kind);
            row.Attempts = 0;
            if (again is { } after)
                await store.PostponeAsync(row, after, null, cancellationToken);
            else
                await DoneAsync(row, recording!, cancellationToken);
        }
        catch (Exception e) when (IsExpected(e, cancellationToken))
        {
            var wait = TimeSpan.FromSeconds(Math.Min(FirstRetry.TotalSeconds * Math.Pow(2, row.Attempts), LongestRetry.TotalSeconds));
            row.Attempts++;
            if (row.Attempts == 1)
            {
                log.NotDelivered(row.SessionId, row.Kind, e.Message);
                if (recording is not null)
                    catalog.NotDelivered(recording, PlaceOf(row), e.Message);
            }
            await store.PostponeAsync(row, wait, e.Message, cancellationToken);
        }
    }

    private async Task DoneAsync(DeliveryRow row, RecordingRow recording, CancellationToken cancellationToken)
    {
        await store.DoneAsync(row, cancellationToken);
        catalog.Delivered(recording, PlaceOf(row));
    }

    /// <summary>As the audit log names it.</summary>
    private string PlaceOf(DeliveryRow row) => row.Kind switch
    {
        DeliveryRow.S3 => $"s3://{row.Destination.Bucket}/{row.Destination.KeyOf(row.SessionId, ".log")}",
        DeliveryRow.Service => $"{options.LogsEndpoint} log-group:{row.Destination.LogGroup}",
        _ => $"log-group:{row.Destination.LogGroup}",
    };

    private async Task<TimeSpan?> PutAsync(DeliveryRow row, RecordingRow recording, CancellationToken cancellationToken)
    {
        if (recording.State == RecordingRow.Open)
            return FirstRetry;
        await objects.RunAsync(row, recording, cancellationToken);
        log.Delivered(row.SessionId, row.Destination.Bucket!);
        return null;
    }

    private static bool IsExpected(Exception e, CancellationToken cancellationToken) => !cancellationToken.IsCancellationRequested
        && e is AmazonClientException or AwsErrorException or HttpRequestException or IOException or UnauthorizedAccessException or OperationCanceledException or RecordingDamagedException or InvalidOperationException;
}
