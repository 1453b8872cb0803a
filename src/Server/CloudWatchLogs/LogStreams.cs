using System.Globalization;
using Postern.Protocol.AwsJson;
using Postern.Server.Api;
using Postern.Server.Iam;
using Postern.Server.Logs;
using Postern.Server.Storage;

namespace Postern.Server.CloudWatchLogs;

/// <summary>Log streams: made, removed, listed by name or by their last event.</summary>
internal sealed class LogStreams(LogStore store)
{
    private const int MaxPage = 50;
    private const string ByName = "LogStreamName", ByLastEvent = "LastEventTime";

    /// <exception cref="AwsErrorException">InvalidParameterException, ResourceNotFoundException, ResourceAlreadyExistsException.</exception>
    public async Task<EmptyResponse> CreateAsync(LogStreamRequest request, CallContext context, CancellationToken cancellationToken)
    {
        var group = await FindGroupAsync(request, cancellationToken);
        if (!await store.CreateStreamAsync(group.Id, request.LogStreamName!, cancellationToken))
            throw new AwsErrorException("ResourceAlreadyExistsException", $"The specified log stream already exists: {request.LogStreamName}");
        return new EmptyResponse();
    }

    /// <exception cref="AwsErrorException">InvalidParameterException, ResourceNotFoundException.</exception>
    public async Task<EmptyResponse> DeleteAsync(LogStreamRequest request, CallContext context, CancellationToken cancellationToken)
    {
        var group = await FindGroupAsync(request, cancellationToken);
        return await store.DeleteStreamAsync(group.Id, request.LogStreamName!, cancellationToken) ? new EmptyResponse() : throw LogResources.StreamMissing(request.LogStreamName!);
    }

    /// <exception cref="AwsErrorException">InvalidParameterException, ResourceNotFoundException.</exception>
    public async Task<DescribeLogStreamsResponse> DescribeAsync(DescribeLogStreamsRequest request, CallContext context, CancellationToken cancellationToken)
    {
        var prefix = request.LogStreamNamePrefix;
        var (order, descending) = (request.OrderBy ?? ByName, request.Descending == true);
        new Validation().Length("logStreamNamePrefix", prefix, 1, LogNames.MaxName).OneOf("orderBy", order, [ByName, ByLastEvent])
            .Must(order != ByLastEvent || prefix is null, "orderBy", "Cannot order by LastEventTime with a logStreamNamePrefix")
            .Range("limit", request.Limit, 1, MaxPage).ThrowIfFaulty(LogResources.InvalidParameter);
        var group = await LogResources.FindAsync(store, request.LogGroupName, request.LogGroupIdentifier, cancellationToken);
        var scope = PageToken.Scope("DescribeLogStreams", [("Group", [group.Name]), ("Prefix", [prefix ?? ""]), ("Order", [order, descending ? "d" : "a"])]);
        var token = LogTokens.Read(scope, request.NextToken);
        var conditions = new SqlConditions();
        conditions.And($"group_id = {conditions.Value(group.Id)}");
        if (prefix is not null)
            conditions.And($"substr(name, 1, {prefix.Length}) = {conditions.Value(prefix)}");
        // By the last event, streams of the same time go by their number: a page ends between any two.
        const string last = "COALESCE(last_at, created_at)";
        var (comparison, direction) = descending ? ("<", "DESC") : (">", "ASC");
        if (order == ByName)
        {
            if (token.Length > 0)
                conditions.And($"name {comparison} {conditions.Value(token)}");
        }
        else if (LogTokens.Place(token) is { } place)
        {
            conditions.And($"({last} {comparison} {conditions.Value(place.Time)} OR ({last} = {conditions.Value(place.Time)} AND id {comparison} {conditions.Value(place.Id)}))");
        }
        var size = request.Limit ?? MaxPage;
        var found = await store.FindStreamsAsync(conditions, order == ByName ? $"name {direction}" : $"{last} {direction}, id {direction}", size + 1, cancellationToken);
        return new DescribeLogStreamsResponse
        {
            LogStreams = [.. found.Take(size).Select(stream => Describe(stream, group.Name, context.Arns))],
            NextToken = found.Count > size ? PageToken.Write(scope, PositionOf(found[size - 1], order)) : null,
        };
    }

    private static string PositionOf(LogStreamRow stream, string order)
        => order == ByName ? stream.Name : LogTokens.Write(new LogPlace(stream.LastAt ?? stream.CreatedAt, stream.Id));

    private static LogStream Describe(LogStreamRow stream, string group, Arns arns) => new()
    {
        LogStreamName = stream.Name,
        CreationTime = stream.CreatedAt,
        FirstEventTimestamp = stream.FirstAt,
        LastEventTimestamp = stream.LastAt,
        LastIngestionTime = stream.IngestedAt,
        UploadSequenceToken = stream.Id.ToString(CultureInfo.InvariantCulture),
        Arn = arns.LogStream(group, stream.Name),
        StoredBytes = stream.Bytes,
    };

    private async Task<LogGroupRow> FindGroupAsync(LogStreamRequest request, CancellationToken cancellationToken)
    {
        new Validation().GroupName(request.LogGroupName).StreamName(request.LogStreamName).ThrowIfFaulty(LogResources.InvalidParameter);
        return await store.FindGroupAsync(request.LogGroupName!, cancellationToken) ?? throw LogResources.GroupMissing(request.LogGroupName!);
    }
}
