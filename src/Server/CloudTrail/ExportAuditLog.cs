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
        // The head after the entries, so that none lies behind it; then those that were added in between.
        var start = await store.FindMarkAsync(AuditMark.Base, cancellationToken);
        var size = request.MaxResults ?? MaxPage;
        var entries = await store.PageAsync(request.After ?? 0, size, cancellationToken);
        var head = await store.FindMarkAsync(AuditMark.Head, cancellationToken);
        var last = entries.Count > 0 ? entries[^1].Sequence : request.After ?? 0;
        if (entries.Count < size && head?.Sequence > last)
            entries = [.. entries, .. (await store.PageAsync(last, size - entries.Count, cancellationToken)).TakeWhile(entry => entry.Sequence <= head.Sequence)];
        return new ExportAuditLogResponse
        {
            Entries = [.. entries.Select(AuditLine.Write)],
            Base = start is null ? null : AuditLine.Write(start),
            Head = head is null ? null : AuditLine.Write(head),
        };
    }
}
