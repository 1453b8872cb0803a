namespace Postern.Protocol.AwsJson;

/// <summary>Lists recordings, newest first.</summary>
public sealed record DescribeRecordingsRequest
{
    /// <summary>That of one session.</summary>
    public string? SessionId { get; init; }
    /// <summary>Node id.</summary>
    public string? Target { get; init; }
    /// <summary>ARN of the caller that started the session.</summary>
    public string? Owner { get; init; }
    /// <summary>Sessions started at this time or later.</summary>
    public DateTimeOffset? StartTime { get; init; }
    /// <summary>Sessions started before this time.</summary>
    public DateTimeOffset? EndTime { get; init; }
    public int? MaxResults { get; init; }
    public string? NextToken { get; init; }
}

/// <summary>A page of recordings.</summary>
public sealed record DescribeRecordingsResponse
{
    public IReadOnlyList<RecordingDescription>? Recordings { get; init; }
    /// <summary>Absent on the last page.</summary>
    public string? NextToken { get; init; }
}

/// <summary>A recording as it is listed.</summary>
public sealed record RecordingDescription
{
    public string? SessionId { get; init; }
    public string? Target { get; init; }
    public string? Owner { get; init; }
    public string? DocumentName { get; init; }
    /// <summary>shell, command, port or ssh.</summary>
    public string? Kind { get; init; }
    /// <summary>ifPossible, required or strict.</summary>
    public string? Mode { get; init; }
    /// <summary>Open, Complete or Unfinished.</summary>
    public string? Status { get; init; }
    public DateTimeOffset? StartDate { get; init; }
    public DateTimeOffset? EndDate { get; init; }
    /// <summary>How the session ended.</summary>
    public string? EndReason { get; init; }
    /// <summary>Of the file; 0 as long as it is open, like what follows.</summary>
    public long Bytes { get; init; }
    public long Events { get; init; }
    public long InputBytes { get; init; }
    public long OutputBytes { get; init; }
    public long Gaps { get; init; }
    /// <summary>Of the last chunk, hexadecimal.</summary>
    public string? Hash { get; init; }
    /// <summary>Why it must be kept.</summary>
    public string? LegalHold { get; init; }
    /// <summary>ARN of who said so.</summary>
    public string? LegalHoldBy { get; init; }
    /// <summary>Where it goes besides the gateway's folder; only when that of one session was asked for.</summary>
    public IReadOnlyList<RecordingDelivery>? Deliveries { get; init; }
}

/// <summary>A recording on its way to another place.</summary>
public sealed record RecordingDelivery
{
    /// <summary>s3, logs (of this gateway) or service (logs-endpoint of its settings).</summary>
    public string? Kind { get; init; }
    /// <summary>s3://BUCKET/KEY, or the name of a log group.</summary>
    public string? Destination { get; init; }
    /// <summary>Absent: it is not there yet, or not all of it.</summary>
    public DateTimeOffset? DeliveredAt { get; init; }
    /// <summary>That failed, since the last one that did not.</summary>
    public long Attempts { get; init; }
    /// <summary>Of the last one; absent: it did not fail.</summary>
    public string? Error { get; init; }
}
