using Postern.Protocol.Audit;
using Postern.Protocol.AwsJson;
using Postern.Server.Api;
using Postern.Server.Audit;

namespace Postern.Server.CloudTrail;

/// <summary>ExportAuditLog: the log as it is chained, oldest first, for whoever verifies it or keeps a copy.</summary>
internal sealed class ExportAuditLog(AuditStore store)
{
    private const int MaxPage = 500;

    public async Task<ExportAuditLogResponse> HandleAsync(ExportAuditLogRequest request, CallContext context, CancellationToken cancellationToken)
    {
        new Validation()
            .Range("maxResults", request.MaxResults, 1, MaxPage)
            .Must(request.After is null or >= 0, "after", "Member must not be negative")
            .ThrowIfFaulty();
        // The head last: whatever was added meanwhile lies before it.
        var start = await store.FindMarkAsync(AuditMark.Base, cancellationToken);
        var entries = await store.PageAsync(request.After ?? 0, request.MaxResults ?? MaxPage, cancellationToken);
        var head = await store.FindMarkAsync(AuditMark.Head, cancellationToken);
        return new ExportAuditLogResponse
        {
            Entries = [.. entries.Select(AuditLine.Write)],
            Base = start is null ? null : AuditLine.Write(start),
            Head = head is null ? null : AuditLine.Write(head),
        };
    }
}
