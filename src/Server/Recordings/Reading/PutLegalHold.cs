using Postern.Protocol.AwsJson;
using Postern.Server.Api;
using Postern.Server.Sessions;

namespace Postern.Server.Recordings.Reading;

/// <summary>postern:PutLegalHold: says that a recording must be kept and why, or that it need not be any more.</summary>
internal sealed class PutLegalHold(RecordingStore store)
{
    /// <exception cref="AwsErrorException">ValidationException or DoesNotExistException.</exception>
    public async Task<PutLegalHoldResponse> HandleAsync(PutLegalHoldRequest request, CallContext context, CancellationToken cancellationToken)
    {
        var id = SessionAccess.RequireId(request.SessionId);
        new Validation().Length("reason", request.Reason, 1, PutLegalHoldRequest.MaxReason)
            .Must(request.Reason is null == (request.Release == true), "reason", "Member must be given, or release be true, and not both").ThrowIfFaulty();
        await store.HoldAsync(id, request.Reason, context.Caller.Arn, cancellationToken);
        return new PutLegalHoldResponse { Recording = DescribeRecordings.Describe(RecordingResources.Require(await store.FindAsync(id, cancellationToken), id)) };
    }
}
