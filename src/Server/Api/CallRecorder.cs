using Postern.Protocol.AwsJson;
using Postern.Server.Audit;
using Postern.Server.Iam;
using Postern.Server.Settings;

namespace Postern.Server.Api;

/// <summary>
/// Writes calls into the audit log. An answer waits for its entry when the call changed something or was denied; reading does not wait. Nodes call
/// all the time to say that they live: of theirs only the refused are written, so many a minute; the same goes for
/// calls without a good signature, and for those told to come again because the gateway is busy.
/// </summary>
internal sealed class CallRecorder(AuditLog log, ServerOptions options, TimeProvider time)
{
    private const string Denied = "AccessDeniedException", Canceled = "RequestCanceled", Failed = "InternalServerError", Throttled = "ThrottlingException";

    private readonly AuditThrottle _strangers = new(time), _nodes = new(time), _throttled = new(time);

    /// <exception cref="AwsErrorException">ServiceUnavailable: the call could not be recorded, so it is not made.</exception>
    public void RequireWritable(CallRecord record)
    {
        if (!IsPolling(record))
            log.RequireWritable();
    }

    /// <exception cref="AwsErrorException">ServiceUnavailable: the call was made and its entry is not written yet.</exception>
    public async Task SucceededAsync(CallRecord record, byte[] answer)
    {
        if (IsPolling(record) || record.Call is { GoesOn: true } || record.Handed is not null || record.IsPart)
            return;
        var happened = Event(record) with { ResponseElements = record.Operation.IsReadOnly ? null : record.Call?.RecordedAnswer(answer) };
        if (record.Operation.IsReadOnly)
            log.Record(happened);
        else
            await log.RecordAsync(happened);
    }

    /// <param name="record">The call.</param>
    /// <param name="failure">Whatever ended it.</param>
    public async Task FailedAsync(CallRecord record, Exception failure)
    {
        var error = failure as AwsErrorException;
        var happened = Event(record) with
        {
            ErrorCode = error?.Code ?? (failure is OperationCanceledException ? Canceled : Failed),
            ErrorMessage = error?.Message,
        };
        var throttle = record.Caller is null or { Kind: Access.Anonymous } ? _strangers : IsPolling(record) ? _nodes : error?.Code == Throttled ? _throttled : null;
        if (throttle is not null)
        {
            if (throttle.MayWrite(out var leftOut))
                log.Record(leftOut == 0 ? happened : happened with { Details = [.. happened.Details, new("leftOutBefore", leftOut.ToString(System.Globalization.CultureInfo.InvariantCulture))] });
        }
        else if (error?.Code == Denied || (!record.Operation.IsReadOnly && error?.Status != Microsoft.AspNetCore.Http.StatusCodes.Status503ServiceUnavailable))
            await log.RecordAsync(happened);
        else
            log.Record(happened);
    }

    // What only nodes call, and whatever else a node calls with its temporary keys.
    private static bool IsPolling(CallRecord record) => record.Operation.Access == Access.Node || record.Caller?.Kind == Access.Node;

    private AuditEvent Event(CallRecord record)
    {
        var action = record.Operation.Action;
        return new AuditEvent
        {
            Service = record.Operation.Service,
            Name = action[(action.IndexOf(':') + 1)..],
            Principal = record.Caller is { } caller ? AuditPrincipal.Of(caller, caller.AccessKeyId) : AuditPrincipal.Unknown(options.Account, record.ClaimedKeyId),
            SourceAddress = record.Source.Address,
            UserAgent = record.Source.UserAgent,
            RequestId = record.RequestId,
            ReadOnly = record.Operation.IsReadOnly,
            Resources = [.. record.Touched.Select(touched => touched.Names[0]).Where(name => name != "*").Distinct()],
            RequestParameters = record.Call?.RecordedRequest(),
            Touched = RecordedTouches.Of(action, record.Touched),
            Details =
            [
                new("action", action),
                new("decision", record.Verdict is not { } verdict ? null : verdict.IsAllowed ? "allowed" : "denied"),
                new("decidedBy", record.Verdict?.DecidedBy),
                new("deniedAction", record.Verdict is { IsAllowed: false, Decision: { } decision } ? decision.Query.Action : null),
                new("deniedResource", record.Verdict is { IsAllowed: false, Decision: { } refused } ? refused.Query.Resource[0] : null),
            ],
        };
    }
}
