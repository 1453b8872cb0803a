using System.Threading.Channels;
using Microsoft.AspNetCore.Http;
using Postern.Protocol.Audit;
using Postern.Protocol.AwsJson;
using Postern.Server.Settings;

namespace Postern.Server.Audit;

/// <summary>
/// The audit log as the rest of the gateway sees it. Entries wait in a queue; one writer takes all that wait and writes them in one transaction, so
/// a call costs no transaction of its own, and who waits for an entry waits for its batch. What was answered is in the database, also after a kill -9.
/// While the database takes nothing, calls are refused: better unserved than unrecorded.
/// </summary>
internal sealed class AuditLog(AuditStore store, AuditWitness witness, ServerOptions options, TimeProvider time, ILogger<AuditLog> log) : BackgroundService
{
    /// <summary>Entries that wait before calls are refused; as many again are kept for what happens by itself.</summary>
    public const int MaxWaiting = 4096;

    /// <summary>Entries of one transaction.</summary>
    private const int MaxBatch = 256;

    private static readonly TimeSpan RetryAfterFailure = TimeSpan.FromSeconds(1), WitnessInterval = TimeSpan.FromSeconds(5);

    private readonly Channel<Waiting> _queue = Channel.CreateUnbounded<Waiting>(new UnboundedChannelOptions { SingleReader = true });
    private int _waiting;
    private long _unrecorded;
    private volatile string? _failure;
    private AuditMark? _end;
    private AuditMark? _witnessed;
    private long _witnessedAt;

    private readonly List<Action> _observers = [];

    private readonly record struct Waiting(AuditEntry Entry, TaskCompletionSource? Written);

    /// <summary>Asked before a call does anything.</summary>
    /// <exception cref="AwsErrorException">ServiceUnavailable: nothing can be recorded at the moment.</exception>
    public void RequireWritable()
    {
        if (_failure is { } failure)
            throw Unavailable(failure);
        if (Volatile.Read(ref _waiting) >= MaxWaiting)
            throw Unavailable("its queue is full");
    }

    /// <summary>Records an event; completes when it is in the database.</summary>
    /// <exception cref="AwsErrorException">ServiceUnavailable: it is not there yet. It is kept and tried again.</exception>
    public async Task RecordAsync(AuditEvent happened)
    {
        var written = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        if (!TryEnqueue(happened, written))
            throw Unavailable(_failure ?? "its queue is full");
        await written.Task;
    }

    /// <summary>Records an event that nobody waits for. When there is no room it is counted, and the count is recorded later.</summary>
    public void Record(AuditEvent happened)
    {
        if (!TryEnqueue(happened, null))
            Interlocked.Increment(ref _unrecorded);
    }

    /// <summary>Called after entries were written, by this gateway; before the log is started, and never waits.</summary>
    public void Observe(Action written) => _observers.Add(written);

    public override Task StartAsync(CancellationToken cancellationToken)
    {
        _end = _witnessed = witness.Read();
        return base.StartAsync(cancellationToken);
    }

    /// <summary>Writes what waits; the front door is closed already.</summary>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        _queue.Writer.TryComplete();
        if (ExecuteTask is { } writing)
            await writing.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await base.StopAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var batch = new List<Waiting>(MaxBatch);
        while (await _queue.Reader.WaitToReadAsync(stoppingToken))
        {
            while (batch.Count < MaxBatch && _queue.Reader.TryRead(out var next))
                batch.Add(next);
            while (!await TryWriteAsync(batch, stoppingToken))
                await Task.Delay(RetryAfterFailure, time, stoppingToken);
            Interlocked.Add(ref _waiting, -batch.Count);
            batch.Clear();
        }
        WriteWitness(now: true);
    }

    private bool TryEnqueue(AuditEvent happened, TaskCompletionSource? written)
    {
        // Room for the gateway's own events is left when calls fill the queue.
        var most = written is null ? 2 * MaxWaiting : MaxWaiting + MaxBatch;
        var entry = AuditRecord.Write(happened, time.GetUtcNow(), options); // were it to fail, no place must stay taken
        if (Interlocked.Increment(ref _waiting) <= most && _queue.Writer.TryWrite(new Waiting(entry, written)))
            return true;
        Interlocked.Decrement(ref _waiting);
        return false;
    }

    private async Task<bool> TryWriteAsync(List<Waiting> batch, CancellationToken cancellationToken)
    {
        var unrecorded = Interlocked.Exchange(ref _unrecorded, 0);
        try
        {
            var entries = batch.ConvertAll(waiting => waiting.Entry);
            if (unrecorded > 0)
                entries.Add(OwnEntry("AuditEntriesLost", $"{unrecorded} events found no room and were not recorded."));
            _end = await store.AppendAsync(entries, _end, Discontinued, cancellationToken);
        }
        catch (Exception e) when (e is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            Interlocked.Add(ref _unrecorded, unrecorded);
            if (_failure is null)
                log.WritingFailed(e);
            _failure = "the database did not take the last entries";
            foreach (var waiting in batch)
                waiting.Written?.TrySetException(Unavailable(_failure));
            return false;
        }
        if (_failure is not null)
            log.WritingAgain();
        _failure = null;
        foreach (var waiting in batch)
            waiting.Written?.TrySetResult();
        foreach (var observer in _observers)
            observer();
        WriteWitness(now: false);
        return true;
    }

    private AuditEntry Discontinued(string fault)
    {
        log.Discontinued(fault);
        return OwnEntry(AuditVerifier.Discontinued, fault);
    }

    private AuditEntry OwnEntry(string name, string message) => AuditRecord.Write(new AuditEvent
    {
        Service = "postern",
        Name = name,
        Type = AuditEvent.ServiceEvent,
        Principal = AuditPrincipal.Gateway(options.Account),
        Details = [new("message", message)],
    }, time.GetUtcNow(), options);

    private void WriteWitness(bool now)
    {
        if (_end is null || _end == _witnessed || (!now && time.GetElapsedTime(_witnessedAt) < WitnessInterval))
            return;
        try
        {
            witness.Write(_end);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            log.WitnessFailed(e.Message);
        }
        (_witnessed, _witnessedAt) = (_end, time.GetTimestamp());
    }

    private static AwsErrorException Unavailable(string why) => new("ServiceUnavailable",
        $"The gateway cannot write its audit log: {why}. Calls are refused until it can, so that none goes unrecorded. Its operator finds the reason in the gateway's log.",
        StatusCodes.Status503ServiceUnavailable);
}
