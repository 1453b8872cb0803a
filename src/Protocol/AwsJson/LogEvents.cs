namespace Postern.Protocol.AwsJson;

/// <summary>One line of a log. Times are milliseconds since 1970.</summary>
public sealed record LogEvent
{
    public long? Timestamp { get; init; }
    public string? Message { get; init; }
    /// <summary>When it was stored; absent in what is put.</summary>
    public long? IngestionTime { get; init; }
}

/// <summary>Adds events to a stream, at most 10,000 and 1 MiB counting 26 bytes more for each.</summary>
public sealed record PutLogEventsRequest
{
    public string? LogGroupName { get; init; }
    public string? LogStreamName { get; init; }
    public IReadOnlyList<LogEvent?>? LogEvents { get; init; }
    /// <summary>Ignored, as AWS does by now.</summary>
    public string? SequenceToken { get; init; }
}

/// <summary>Which events were not taken.</summary>
public sealed record PutLogEventsResponse
{
    public string? NextSequenceToken { get; init; }
    public RejectedLogEvents? RejectedLogEventsInfo { get; init; }
}

/// <summary>Bounds of what was left out, as indexes into the events that were put.</summary>
public sealed record RejectedLogEvents
{
    public int? TooNewLogEventStartIndex { get; init; }
    public int? TooOldLogEventEndIndex { get; init; }
    public int? ExpiredLogEventEndIndex { get; init; }
}

/// <summary>Events of one stream.</summary>
public sealed record GetLogEventsRequest
{
    public string? LogGroupName { get; init; }
    public string? LogGroupIdentifier { get; init; }
    public string? LogStreamName { get; init; }
    public long? StartTime { get; init; }
    /// <summary>Events at this time are not given.</summary>
    public long? EndTime { get; init; }
    public string? NextToken { get; init; }
    /// <summary>1 to 10,000.</summary>
    public int? Limit { get; init; }
    /// <summary>True: the oldest first page; false or absent: the newest.</summary>
    public bool? StartFromHead { get; init; }
}

/// <summary>Events, oldest first. Both tokens are always there; at an end, the token is the one it was asked with.</summary>
public sealed record GetLogEventsResponse
{
    public IReadOnlyList<LogEvent>? Events { get; init; }
    public string? NextForwardToken { get; init; }
    public string? NextBackwardToken { get; init; }
}

/// <summary>Events of many streams that match a pattern.</summary>
public sealed record FilterLogEventsRequest
{
    public string? LogGroupName { get; init; }
    public string? LogGroupIdentifier { get; init; }
    public IReadOnlyList<string?>? LogStreamNames { get; init; }
    public string? LogStreamNamePrefix { get; init; }
    public long? StartTime { get; init; }
    public long? EndTime { get; init; }
    public string? FilterPattern { get; init; }
    public string? NextToken { get; init; }
    /// <summary>1 to 10,000.</summary>
    public int? Limit { get; init; }
}

/// <summary>A page; it may be empty although more follow.</summary>
public sealed record FilterLogEventsResponse
{
    public IReadOnlyList<FilteredLogEvent>? Events { get; init; }
    public IReadOnlyList<SearchedLogStream>? SearchedLogStreams { get; init; }
    public string? NextToken { get; init; }
}

/// <summary>An event and where it stands.</summary>
public sealed record FilteredLogEvent
{
    public string? LogStreamName { get; init; }
    public long Timestamp { get; init; }
    public string? Message { get; init; }
    public long IngestionTime { get; init; }
    public string? EventId { get; init; }
}

/// <summary>Not told any more by AWS; the list is empty.</summary>
public sealed record SearchedLogStream
{
    public string? LogStreamName { get; init; }
    public bool SearchedCompletely { get; init; }
}
