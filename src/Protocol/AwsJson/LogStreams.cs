namespace Postern.Protocol.AwsJson;

/// <summary>Names a log stream.</summary>
public sealed record LogStreamRequest
{
    public string? LogGroupName { get; init; }
    public string? LogStreamName { get; init; }
}

/// <summary>Streams of a group.</summary>
public sealed record DescribeLogStreamsRequest
{
    public string? LogGroupName { get; init; }
    /// <summary>Name or ARN of the group.</summary>
    public string? LogGroupIdentifier { get; init; }
    public string? LogStreamNamePrefix { get; init; }
    /// <summary>LogStreamName or LastEventTime.</summary>
    public string? OrderBy { get; init; }
    public bool? Descending { get; init; }
    public string? NextToken { get; init; }
    /// <summary>1 to 50.</summary>
    public int? Limit { get; init; }
}

/// <summary>A page of streams.</summary>
public sealed record DescribeLogStreamsResponse
{
    public IReadOnlyList<LogStream>? LogStreams { get; init; }
    public string? NextToken { get; init; }
}

/// <summary>Events of one source, in order. Times are milliseconds since 1970.</summary>
public sealed record LogStream
{
    public string? LogStreamName { get; init; }
    public long CreationTime { get; init; }
    public long? FirstEventTimestamp { get; init; }
    public long? LastEventTimestamp { get; init; }
    public long? LastIngestionTime { get; init; }
    public string? UploadSequenceToken { get; init; }
    public string? Arn { get; init; }
    public long StoredBytes { get; init; }
}
