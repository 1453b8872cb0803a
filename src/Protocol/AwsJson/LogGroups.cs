namespace Postern.Protocol.AwsJson;

/// <summary>Names a log group.</summary>
public sealed record LogGroupRequest
{
    public string? LogGroupName { get; init; }
}

/// <summary>Makes a log group.</summary>
public sealed record CreateLogGroupRequest
{
    public string? LogGroupName { get; init; }
    /// <summary>Taken and shown, not used: the database's own protection holds.</summary>
    public string? KmsKeyId { get; init; }
    public IReadOnlyDictionary<string, string?>? Tags { get; init; }
    /// <summary>STANDARD or INFREQUENT_ACCESS.</summary>
    public string? LogGroupClass { get; init; }
}

/// <summary>How long events of a group are kept.</summary>
public sealed record PutRetentionPolicyRequest
{
    public string? LogGroupName { get; init; }
    /// <summary>1, 3, 5, 7, 14, 30, … 3653.</summary>
    public int? RetentionInDays { get; init; }
}

/// <summary>Groups by the beginning of their name, or by a part of it.</summary>
public sealed record DescribeLogGroupsRequest
{
    public string? LogGroupNamePrefix { get; init; }
    public string? LogGroupNamePattern { get; init; }
    public string? LogGroupClass { get; init; }
    public string? NextToken { get; init; }
    /// <summary>1 to 50.</summary>
    public int? Limit { get; init; }
}

/// <summary>A page of groups.</summary>
public sealed record DescribeLogGroupsResponse
{
    public IReadOnlyList<LogGroup>? LogGroups { get; init; }
    public string? NextToken { get; init; }
}

/// <summary>A group of log streams that are kept alike.</summary>
public sealed record LogGroup
{
    public string? LogGroupName { get; init; }
    public long CreationTime { get; init; }
    public int? RetentionInDays { get; init; }
    public int MetricFilterCount { get; init; }
    /// <summary>Ends in ":*": the group and everything in it.</summary>
    public string? Arn { get; init; }
    public string? LogGroupArn { get; init; }
    public long StoredBytes { get; init; }
    public string? KmsKeyId { get; init; }
    public string? LogGroupClass { get; init; }
}

/// <summary>Names a log group by its ARN.</summary>
public sealed record LogTagsRequest
{
    public string? ResourceArn { get; init; }
}

/// <summary>The tags of a group.</summary>
public sealed record LogTagsResponse
{
    public IReadOnlyDictionary<string, string>? Tags { get; init; }
}

/// <summary>Adds tags to a group.</summary>
public sealed record TagLogsRequest
{
    public string? ResourceArn { get; init; }
    public IReadOnlyDictionary<string, string?>? Tags { get; init; }
}

/// <summary>Takes tags from a group.</summary>
public sealed record UntagLogsRequest
{
    public string? ResourceArn { get; init; }
    public IReadOnlyList<string>? TagKeys { get; init; }
}
