namespace Postern.Protocol.AwsJson;

/// <summary>CloudWatch Logs: the gateway answers these, and calls some of them where sessions are to be delivered.</summary>
public static class LogsOperations
{
    public static AwsOperation<CreateLogGroupRequest, EmptyResponse> CreateLogGroup =>
        field ??= Operation(nameof(CreateLogGroup), LogsJsonContext.Default.CreateLogGroupRequest, LogsJsonContext.Default.EmptyResponse);

    public static AwsOperation<LogGroupRequest, EmptyResponse> DeleteLogGroup =>
        field ??= Operation(nameof(DeleteLogGroup), LogsJsonContext.Default.LogGroupRequest, LogsJsonContext.Default.EmptyResponse);

    public static AwsOperation<DescribeLogGroupsRequest, DescribeLogGroupsResponse> DescribeLogGroups =>
        field ??= Operation(nameof(DescribeLogGroups), LogsJsonContext.Default.DescribeLogGroupsRequest, LogsJsonContext.Default.DescribeLogGroupsResponse);

    public static AwsOperation<PutRetentionPolicyRequest, EmptyResponse> PutRetentionPolicy =>
        field ??= Operation(nameof(PutRetentionPolicy), LogsJsonContext.Default.PutRetentionPolicyRequest, LogsJsonContext.Default.EmptyResponse);

    public static AwsOperation<LogGroupRequest, EmptyResponse> DeleteRetentionPolicy =>
        field ??= Operation(nameof(DeleteRetentionPolicy), LogsJsonContext.Default.LogGroupRequest, LogsJsonContext.Default.EmptyResponse);

    public static AwsOperation<LogStreamRequest, EmptyResponse> CreateLogStream =>
        field ??= Operation(nameof(CreateLogStream), LogsJsonContext.Default.LogStreamRequest, LogsJsonContext.Default.EmptyResponse);

    public static AwsOperation<LogStreamRequest, EmptyResponse> DeleteLogStream =>
        field ??= Operation(nameof(DeleteLogStream), LogsJsonContext.Default.LogStreamRequest, LogsJsonContext.Default.EmptyResponse);

    public static AwsOperation<DescribeLogStreamsRequest, DescribeLogStreamsResponse> DescribeLogStreams =>
        field ??= Operation(nameof(DescribeLogStreams), LogsJsonContext.Default.DescribeLogStreamsRequest, LogsJsonContext.Default.DescribeLogStreamsResponse);

    public static AwsOperation<PutLogEventsRequest, PutLogEventsResponse> PutLogEvents =>
        field ??= Operation(nameof(PutLogEvents), LogsJsonContext.Default.PutLogEventsRequest, LogsJsonContext.Default.PutLogEventsResponse);

    public static AwsOperation<GetLogEventsRequest, GetLogEventsResponse> GetLogEvents =>
        field ??= Operation(nameof(GetLogEvents), LogsJsonContext.Default.GetLogEventsRequest, LogsJsonContext.Default.GetLogEventsResponse);

    public static AwsOperation<FilterLogEventsRequest, FilterLogEventsResponse> FilterLogEvents =>
        field ??= Operation(nameof(FilterLogEvents), LogsJsonContext.Default.FilterLogEventsRequest, LogsJsonContext.Default.FilterLogEventsResponse);

    public static AwsOperation<LogTagsRequest, LogTagsResponse> ListTagsForResource =>
        field ??= Operation(nameof(ListTagsForResource), LogsJsonContext.Default.LogTagsRequest, LogsJsonContext.Default.LogTagsResponse);

    public static AwsOperation<TagLogsRequest, EmptyResponse> TagResource =>
        field ??= Operation(nameof(TagResource), LogsJsonContext.Default.TagLogsRequest, LogsJsonContext.Default.EmptyResponse);

    public static AwsOperation<UntagLogsRequest, EmptyResponse> UntagResource =>
        field ??= Operation(nameof(UntagResource), LogsJsonContext.Default.UntagLogsRequest, LogsJsonContext.Default.EmptyResponse);

    private static AwsOperation<TRequest, TResponse> Operation<TRequest, TResponse>(string name,
        System.Text.Json.Serialization.Metadata.JsonTypeInfo<TRequest> request, System.Text.Json.Serialization.Metadata.JsonTypeInfo<TResponse> response)
        => new("logs", "Logs_20140328." + name, request, response);
}
