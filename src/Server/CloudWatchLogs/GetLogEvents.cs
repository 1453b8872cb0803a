using Postern.Protocol.AwsJson;
using Postern.Server.Api;
using Postern.Server.Logs;
using Postern.Server.Storage;

namespace Postern.Server.CloudWatchLogs;

/// <summary>
/// GetLogEvents: a window on one stream that is moved forward and backward by tokens. There is always a token each way; at an end it is the one that
/// was asked with, which is how readers know.
/// </summary>
internal sealed class GetLogEvents(LogStore store)
{
    /// <summary>AWS's limits of an answer.</summary>
    private const int MaxEvents = 10_000, MaxBytes = 1024 * 1024;
    private const string Forward = "f/", Backward = "b/";

    /// <exception cref="AwsErrorException">InvalidParameterException, ResourceNotFoundException.</exception>
    public async Task<GetLogEventsResponse> HandleAsync(GetLogEventsRequest request, CallContext context, CancellationToken cancellationToken)
    {
        new Validation().StreamName(request.LogStreamName).Range("limit", request.Limit, 1, MaxEvents).ThrowIfFaulty(LogResources.InvalidParameter);
        var group = await LogResources.FindAsync(store, request.LogGroupName, request.LogGroupIdentifier, cancellationToken);
        var stream = await store.FindStreamAsync(group.Id, request.LogStreamName!, cancellationToken) ?? throw LogResources.StreamMissing(request.LogStreamName!);
        var scope = PageToken.Scope("GetLogEvents", [("Stream", [group.Name, stream.Name])]);
        var token = LogTokens.Read(scope, request.NextToken);
        var forward = token.Length == 0 ? request.StartFromHead == true : token.StartsWith(Forward, StringComparison.Ordinal);
        LogPlace? from = token.Length == 0 ? null : LogTokens.Place(token[Forward.Length..]) ?? throw LogResources.Invalid("The specified nextToken is invalid.");

        var conditions = new SqlConditions();
        conditions.And($"e.stream_id = {conditions.Value(stream.Id)}");
        if (request.StartTime is { } start)
            conditions.And($"e.time >= {conditions.Value(start)}");
        if (request.EndTime is { } end)
            conditions.And($"e.time < {conditions.Value(end)}");
        if (from is { } place)
            conditions.Beyond(place, forward);
        List<LogEventRow> rows = [.. (await store.FindEventsAsync(conditions, !forward, request.Limit ?? MaxEvents, MaxBytes, cancellationToken)).Rows];
        if (!forward)
            rows.Reverse();
        var (first, last) = rows.Count > 0 ? (rows[0].Place, rows[^1].Place) : from is { } at ? (at, at) : (new LogPlace(0, 0), new LogPlace(0, 0));
        return new GetLogEventsResponse
        {
            Events = [.. rows.Select(row => new LogEvent { Timestamp = row.Time, Message = row.Message, IngestionTime = row.IngestedAt })],
            NextForwardToken = PageToken.Write(scope, Forward + LogTokens.Write(last)),
            NextBackwardToken = PageToken.Write(scope, Backward + LogTokens.Write(first)),
        };
    }
}
