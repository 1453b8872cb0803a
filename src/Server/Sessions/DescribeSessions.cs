using System.Globalization;
using Postern.Protocol.AwsJson;
using Postern.Server.Api;

namespace Postern.Server.Sessions;

/// <summary>ssm:DescribeSessions: live or ended sessions, newest first, in pages.</summary>
internal sealed class DescribeSessions(SessionStore store)
{
    private const int MaxPage = 200, DefaultPage = 50;

    /// <exception cref="AwsErrorException">ValidationException, InvalidFilterKey or InvalidNextToken.</exception>
    public async Task<DescribeSessionsResponse> HandleAsync(DescribeSessionsRequest request, CallContext context, CancellationToken cancellationToken)
    {
        var size = request.MaxResults ?? DefaultPage;
        new Validation().Range("maxResults", size, 1, MaxPage).ThrowIfFaulty();
        var query = SessionQuery.Parse(request);
        var rows = await store.PageAsync(query, size + 1, cancellationToken);
        return new DescribeSessionsResponse
        {
            Sessions = [.. rows.Take(size).Select(Describe)],
            NextToken = rows.Count > size ? query.TokenAfter(rows[size - 1]) : null,
        };
    }

    public static Session Describe(SessionRow row) => new()
    {
        SessionId = row.Id,
        Target = row.NodeId,
        Status = row.State,
        StartDate = DateTimeOffset.FromUnixTimeMilliseconds(row.StartedAt),
        EndDate = row.EndedAt is { } ended ? DateTimeOffset.FromUnixTimeMilliseconds(ended) : null,
        DocumentName = row.DocumentName,
        Owner = row.OwnerArn,
        Reason = row.Reason,
        Details = row.Details,
        OutputUrl = row.S3Url is null && row.CloudwatchUrl is null ? null : new SessionManagerOutputUrl { S3OutputUrl = row.S3Url, CloudWatchOutputUrl = row.CloudwatchUrl },
        MaxSessionDuration = row.MaxDuration is { } max ? TimeSpan.FromMilliseconds(max).TotalMinutes.ToString("0", CultureInfo.InvariantCulture) : null,
        AccessType = row.AccessType,
    };
}
