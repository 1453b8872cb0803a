namespace Postern.Protocol.AwsJson;

/// <summary>Lists activations.</summary>
public sealed record DescribeActivationsRequest
{
    public IReadOnlyList<DescribeActivationsFilter>? Filters { get; init; }
    /// <summary>Most items on one page.</summary>
    public int? MaxResults { get; init; }
    /// <summary>Where the next page starts; absent on the last.</summary>
    public string? NextToken { get; init; }
}

/// <summary>A page of activations.</summary>
public sealed record DescribeActivationsResponse
{
    public IReadOnlyList<Activation>? ActivationList { get; init; }
    /// <summary>Where the next page starts; absent on the last.</summary>
    public string? NextToken { get; init; }
}

/// <summary>Narrows a list of activations.</summary>
public sealed record DescribeActivationsFilter
{
    /// <summary>ActivationIds, DefaultInstanceName or IamRole.</summary>
    public string? FilterKey { get; init; }
    public IReadOnlyList<string>? FilterValues { get; init; }
}

/// <summary>An activation as it is listed; the code is not shown again.</summary>
public sealed record Activation
{
    public string? ActivationId { get; init; }
    public string? Description { get; init; }
    public string? DefaultInstanceName { get; init; }
    public string? IamRole { get; init; }
    public int? RegistrationLimit { get; init; }
    public int? RegistrationsCount { get; init; }
    public DateTimeOffset? ExpirationDate { get; init; }
    public bool? Expired { get; init; }
    public DateTimeOffset? CreatedDate { get; init; }
    public IReadOnlyList<Tag>? Tags { get; init; }
}
