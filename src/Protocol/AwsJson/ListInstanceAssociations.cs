namespace Postern.Protocol.AwsJson;

/// <summary>A node asks for its associations.</summary>
public sealed record ListInstanceAssociationsRequest
{
    /// <summary>Required.</summary>
    public string? InstanceId { get; init; }
    /// <summary>Most items on one page.</summary>
    public int? MaxResults { get; init; }
    /// <summary>Where the next page starts; absent on the last.</summary>
    public string? NextToken { get; init; }
}

/// <summary>A page of associations.</summary>
public sealed record ListInstanceAssociationsResponse
{
    public IReadOnlyList<InstanceAssociationSummary>? Associations { get; init; }
    /// <summary>Where the next page starts; absent on the last.</summary>
    public string? NextToken { get; init; }
}

/// <summary>A document bound to a node.</summary>
public sealed record InstanceAssociationSummary
{
    public string? AssociationId { get; init; }
    public string? AssociationVersion { get; init; }
    public string? Checksum { get; init; }
    public string? DetailedStatus { get; init; }
    public string? DocumentVersion { get; init; }
    public string? InstanceId { get; init; }
    public DateTimeOffset? LastExecutionDate { get; init; }
    public string? Name { get; init; }
    public IReadOnlyDictionary<string, IReadOnlyList<string>>? Parameters { get; init; }
    public string? ScheduleExpression { get; init; }
    public string? Status { get; init; }
}
