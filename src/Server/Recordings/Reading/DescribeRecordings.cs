using System.Globalization;
using Postern.Protocol.AwsJson;
using Postern.Server.Api;
using Postern.Server.Recordings.Delivery;
using Postern.Server.Storage;

namespace Postern.Server.Recordings.Reading;

/// <summary>postern:DescribeRecordings: which recordings there are, newest first, in pages.</summary>
internal sealed class DescribeRecordings(Database database, DeliveryStore deliveries)
{
    private const int MaxPage = 200, DefaultPage = 50, MaxValue = 400;

    /// <exception cref="AwsErrorException">ValidationException or InvalidNextToken.</exception>
    public async Task<DescribeRecordingsResponse> HandleAsync(DescribeRecordingsRequest request, CallContext context, CancellationToken cancellationToken)
    {
        var size = request.MaxResults ?? DefaultPage;
        new Validation().Range("maxResults", size, 1, MaxPage).Length("sessionId", request.SessionId, 1, MaxValue).Length("target", request.Target, 1, MaxValue)
            .Length("owner", request.Owner, 1, MaxValue).ThrowIfFaulty();
        var conditions = new SqlConditions();
        conditions.And("removal IS NULL");
        Equal("session_id", request.SessionId);
        Equal("node_id", request.Target);
        Equal("owner_arn", request.Owner);
        if (request.StartTime is { } start)
            conditions.And($"started_at >= {conditions.Value(start.ToUnixTimeMilliseconds())}");
        if (request.EndTime is { } end)
            conditions.And($"started_at < {conditions.Value(end.ToUnixTimeMilliseconds())}");
        var scope = PageToken.Scope("DescribeRecordings", [("SessionId", Of(request.SessionId)), ("Target", Of(request.Target)), ("Owner", Of(request.Owner)),
            ("StartTime", Of(request.StartTime?.ToString("O"))), ("EndTime", Of(request.EndTime?.ToString("O")))]);
        if (PageToken.Read(scope, request.NextToken) is { Length: > 0 } position && position.IndexOf(':') is > 0 and var colon
            && long.TryParse(position.AsSpan(0, colon), NumberStyles.None, CultureInfo.InvariantCulture, out var started))
        {
            var (at, id) = (conditions.Value(started), conditions.Value(position[(colon + 1)..]));
            conditions.And($"(started_at < {at} OR (started_at = {at} AND session_id < {id}))");
        }
        var parameters = conditions.Parameters;
        parameters.Add("limit", size + 1);
        var rows = await database.QueryAsync<RecordingRow>(
            $"SELECT {RecordingRow.Columns} FROM recordings WHERE {conditions.Sql} ORDER BY started_at DESC, session_id DESC LIMIT @limit", parameters, cancellationToken);
        var found = rows.Take(size).Select(Describe).ToList();
        if (request.SessionId is not null && found.Count == 1)
            found[0] = found[0] with { Deliveries = [.. (await deliveries.ListAsync(request.SessionId, cancellationToken)).Select(Describe)] };
        return new DescribeRecordingsResponse
        {
            Recordings = found,
            NextToken = rows.Count > size ? PageToken.Write(scope, string.Create(CultureInfo.InvariantCulture, $"{rows[size - 1].StartedAt}:{rows[size - 1].SessionId}")) : null,
        };

        void Equal(string column, string? value)
        {
            if (value is not null)
                conditions.And($"{column} = {conditions.Value(value)}");
        }
    }

    public static RecordingDescription Describe(RecordingRow row) => new()
    {
        SessionId = row.SessionId,
        Target = row.NodeId,
        Owner = row.OwnerArn,
        DocumentName = row.DocumentName,
        Kind = row.Kind,
        Mode = row.Mode,
        Status = row.State,
        StartDate = DateTimeOffset.FromUnixTimeMilliseconds(row.StartedAt),
        EndDate = row.EndedAt is { } ended ? DateTimeOffset.FromUnixTimeMilliseconds(ended) : null,
        EndReason = row.EndReason,
        Bytes = row.Bytes,
        Events = row.Events,
        InputBytes = row.InputBytes,
        OutputBytes = row.OutputBytes,
        Gaps = row.Gaps,
        Hash = row.Hash,
        LegalHold = row.LegalHold,
        LegalHoldBy = row.LegalHoldBy,
    };

    private static RecordingDelivery Describe(DeliveryRow row) => new()
    {
        Kind = row.Kind,
        Destination = row.Place,
        DeliveredAt = row.DoneAt is { } done ? DateTimeOffset.FromUnixTimeMilliseconds(done) : null,
        Attempts = row.Attempts,
        Error = row.Error,
    };

    private static IReadOnlyList<string> Of(string? value) => value is null ? [] : [value];
}
