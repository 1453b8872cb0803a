using Postern.Protocol.AwsJson;
using Postern.Server.Api;
using Postern.Server.Audit;
using Postern.Server.Sessions;

namespace Postern.Server.Recordings.Reading;

/// <summary>postern:DeleteRecording: takes a recording, its lines in the index and its pending deliveries away; not one that is held or still written.</summary>
internal sealed class DeleteRecording(RecordingStore store, RecordingRemoval removal, Recorder recorder)
{
    private const string Reason = "Its deletion was asked for.";

    /// <exception cref="AwsErrorException">ValidationException, DoesNotExistException, RecordingOpenException or RecordingHeldException.</exception>
    public async Task<DeleteRecordingResponse> HandleAsync(DeleteRecordingRequest request, CallContext context, CancellationToken cancellationToken)
    {
        var id = SessionAccess.RequireId(request.SessionId);
        var row = RequireRemovable(await store.FindAsync(id, cancellationToken) ?? recorder.RowOf(id), id);
        if (!await removal.RemoveAsync(row, AuditPrincipal.Of(context.Caller, context.Caller.AccessKeyId), Reason, cancellationToken))
        {
            RequireRemovable(await store.FindAsync(id, cancellationToken), id); // held, or removed, a moment ago
            throw new AwsErrorException("ConflictException", $"The recording of session {id} was changed at this moment. Try again.", 409);
        }
        return new DeleteRecordingResponse { SessionId = id, Bytes = row.Bytes, Hash = row.Hash };
    }

    private RecordingRow RequireRemovable(RecordingRow? found, string id)
    {
        var row = RecordingResources.RequireHere(found, id, recorder.GatewayName);
        if (row.State == RecordingRow.Open || recorder.IsOpen(id))
            throw new AwsErrorException("RecordingOpenException", $"The recording of session {id} is still written. Terminate the session, then delete it.");
        if (row.LegalHold is not null)
            throw new AwsErrorException("RecordingHeldException", $"The recording of session {id} is on legal hold: {row.LegalHold} ({row.LegalHoldBy}). Release it first.");
        return row;
    }
}
