using System.Collections.Immutable;
using System.Globalization;
using System.Threading.Channels;
using Postern.Protocol.Recordings;
using Postern.Server.Audit;
using Postern.Server.Iam;
using Postern.Server.Sessions;
using Postern.Server.Settings;

namespace Postern.Server.Recordings;

/// <summary>
/// Keeps the table of recordings, some time after the files: what happened to recordings waits in a queue and is entered by the batch. A recording costs two rows of such
/// batches, one when it has something and one when it ends, and nothing when its session starts. Says in the audit log what was stored and what could not be recorded.
/// </summary>
internal sealed class RecordingCatalog(RecordingStore store, RecordingFolder folder, AuditLog audit, ServerOptions options, TimeProvider time, ILogger<RecordingCatalog> log) : BackgroundService
{
    private const int MaxBatch = 256;
    private static readonly TimeSpan RetryAfterFailure = TimeSpan.FromSeconds(1);

    // As many as there are sessions, at most a few times.
    private readonly Channel<RecordingRow> _queue = Channel.CreateUnbounded<RecordingRow>(new UnboundedChannelOptions { SingleReader = true });
    // A queue of its own: where the disk is full the table waits, and the sessions that must end for the same reason do not wait with it.
    private readonly Channel<(LiveSession Session, string Why)> _ends = Channel.CreateUnbounded<(LiveSession, string)>(new UnboundedChannelOptions { SingleReader = true });
    private ImmutableList<Func<RecordingRow, CancellationToken, Task>> _observers = [];
    private readonly Arns _arns = new(options.Region, options.Account);

    /// <summary>Told of each recording once it has its end and is in the table; added while the gateway is put together. After a crash a recording may not be told.</summary>
    public void Observe(Func<RecordingRow, CancellationToken, Task> stored) => ImmutableInterlocked.Update(ref _observers, observers => observers.Add(stored));

    public static string CannotBeRecorded(string why) => $"The session has to be recorded and cannot be: {why}";

    public void Told(SessionRecording recording, RecordingNews news)
    {
        switch (news)
        {
            case RecordingNews.Begun:
                _queue.Writer.TryWrite(RowOf(recording));
                break;
            case RecordingNews.Ended when recording.End is { } end:
                _queue.Writer.TryWrite(EndedRow(recording, end));
                break;
            case RecordingNews.Failed:
                Failed(recording.Session, recording.Mode, recording.Failure ?? "");
                if (recording.Mode != RecordingMode.IfPossible)
                    _ends.Writer.TryWrite((recording.Session, CannotBeRecorded(recording.Failure ?? "")));
                break;
            case RecordingNews.Abandoned:
                Failed(recording.Session, recording.Mode, "Its end could not be written.");
                break;
        }
    }

    /// <summary>Enters the end of a recording that had none.</summary>
    public void Ended(RecordingRow row) => _queue.Writer.TryWrite(row);

    public void Failed(LiveSession session, RecordingMode mode, string reason) => audit.Record(EventOf("RecordingFailed", session.Row.OwnerArn, session.Row.OwnerId, session.Id, session.NodeId, session.Row.OwnerKeyId) with
    {
        ErrorCode = "RecordingFailed",
        ErrorMessage = reason,
        Details = [new("sessionId", session.Id), new("target", session.NodeId), new("mode", RecordingModes.NameOf(mode)), new("consequence", mode == RecordingMode.IfPossible ? "sessionGoesOn" : "sessionEnds")],
    });

    /// <summary>All of a recording has arrived where it had to go besides the gateway's folder.</summary>
    public void Delivered(RecordingRow row, string destination) => audit.Record(EventOf("RecordingDelivered", row.OwnerArn, row.OwnerId, row.SessionId, row.NodeId, null) with
    {
        Details = [new("sessionId", row.SessionId), new("target", row.NodeId), new("destination", destination)],
    });

    /// <summary>It could not be brought there, for the first time; it is tried until it is.</summary>
    public void NotDelivered(RecordingRow row, string destination, string reason) => audit.Record(EventOf("RecordingNotDelivered", row.OwnerArn, row.OwnerId, row.SessionId, row.NodeId, null) with
    {
        ErrorCode = "RecordingNotDelivered",
        ErrorMessage = reason,
        Details = [new("sessionId", row.SessionId), new("target", row.NodeId), new("destination", destination), new("consequence", "triedAgain")],
    });

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.WhenAll(EnterAsync(stoppingToken), EndAsync(stoppingToken));

    private async Task EnterAsync(CancellationToken cancellationToken)
    {
        var batch = new List<RecordingRow>(MaxBatch);
        while (await _queue.Reader.WaitToReadAsync(cancellationToken))
        {
            while (batch.Count < MaxBatch && _queue.Reader.TryRead(out var row))
                batch.Add(row);
            while (!await TrySaveAsync(batch, cancellationToken))
                await Task.Delay(RetryAfterFailure, time, cancellationToken);
            batch.Clear();
        }
    }

    private async Task EndAsync(CancellationToken cancellationToken)
    {
        await foreach (var (session, why) in _ends.Reader.ReadAllAsync(cancellationToken))
            await session.PostAsync(new SessionEvent.Fail(why), cancellationToken);
    }

    /// <summary>Enters what waits, then stops.</summary>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        _queue.Writer.TryComplete();
        _ends.Writer.TryComplete();
        if (ExecuteTask is { } running)
            await running.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await base.StopAsync(cancellationToken);
    }

    private async Task<bool> TrySaveAsync(List<RecordingRow> batch, CancellationToken cancellationToken)
    {
        try
        {
            await store.SaveAsync(batch, cancellationToken);
        }
        catch (Exception e) when (e is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            log.ListFailed(e);
            return false;
        }
        foreach (var row in batch)
            if (row.State != RecordingRow.Open)
                await TellStoredAsync(row, cancellationToken);
        return true;
    }

    private async Task TellStoredAsync(RecordingRow row, CancellationToken cancellationToken)
    {
        if (row.Hash is null)
        {
            audit.Record(EventOf("RecordingDamaged", row.OwnerArn, row.OwnerId, row.SessionId, row.NodeId, null) with
            {
                ErrorCode = "RecordingDamaged",
                ErrorMessage = row.EndReason,
                Details = [new("sessionId", row.SessionId), new("target", row.NodeId), new("bytes", Text(row.Bytes)), new("file", folder.Full(row.Path))],
            });
            return;
        }
        audit.Record(EventOf("RecordingStored", row.OwnerArn, row.OwnerId, row.SessionId, row.NodeId, null) with
        {
            Details =
            [
                new("sessionId", row.SessionId), new("target", row.NodeId), new("state", row.State), new("kind", row.Kind), new("bytes", Text(row.Bytes)), new("events", Text(row.Events)),
                new("gaps", Text(row.Gaps)), new("hash", row.Hash), new("file", folder.Full(row.Path)),
            ],
        });
        if (row.State == RecordingRow.Unfinished)
            audit.Record(EventOf("RecordingUnfinished", row.OwnerArn, row.OwnerId, row.SessionId, row.NodeId, null) with
            {
                Details = [new("sessionId", row.SessionId), new("target", row.NodeId), new("kind", row.Kind), new("reason", row.EndReason ?? "")],
            });
        foreach (var observer in _observers)
        {
            try
            {
                await observer(row, cancellationToken);
            }
            catch (Exception e) when (e is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
            {
                log.WriterFailed(row.SessionId, e); // one that fails does not keep the others from being told
            }
        }
    }

    private AuditEvent EventOf(string name, string ownerArn, string ownerId, string sessionId, string nodeId, string? keyId) => new()
    {
        Service = "postern",
        Name = name,
        Type = AuditEvent.ServiceEvent,
        Principal = AuditPrincipal.Owner(ownerArn, ownerId, options.Account, keyId),
        Resources = [_arns.Session(sessionId), _arns.Node(nodeId)[0]],
    };

    private RecordingRow EndedRow(SessionRecording recording, RecordingEnd end)
    {
        var row = RowOf(recording);
        var (bytes, hash) = recording.File;
        (row.State, row.EndedAt, row.EndReason) = (end.Unfinished ? RecordingRow.Unfinished : RecordingRow.Complete, end.EndedAt, end.Reason);
        (row.Bytes, row.Hash, row.Events, row.InputBytes, row.OutputBytes, row.Gaps) = (bytes, hash, end.Events, end.InputBytes, end.OutputBytes, end.Gaps);
        return row;
    }

    public RecordingRow RowOf(SessionRecording recording)
    {
        var session = recording.Session.Row;
        return new RecordingRow
        {
            SessionId = session.Id,
            Gateway = options.Name,
            Path = recording.RelativePath,
            State = RecordingRow.Open,
            Kind = recording.Kind,
            Mode = RecordingModes.NameOf(recording.Mode),
            OwnerArn = session.OwnerArn,
            OwnerId = session.OwnerId,
            NodeId = session.NodeId,
            DocumentName = session.DocumentName,
            StartedAt = session.StartedAt,
        };
    }

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
