namespace Postern.Protocol.AwsJson;

/// <summary>Makes or replaces a rule.</summary>
public sealed record PutRuleRequest
{
    public string? Name { get; init; }
    public string? ScheduleExpression { get; init; }
    /// <summary>JSON.</summary>
    public string? EventPattern { get; init; }
    /// <summary>ENABLED or DISABLED.</summary>
    public string? State { get; init; }
    public string? Description { get; init; }
    public string? RoleArn { get; init; }
    /// <summary>For a rule that is new.</summary>
    public IReadOnlyList<Tag>? Tags { get; init; }
    public string? EventBusName { get; init; }
}

public sealed record PutRuleResponse
{
    public string? RuleArn { get; init; }
}

/// <summary>A rule by name: what DescribeRule, EnableRule, DisableRule and DeleteRule ask for.</summary>
public sealed record RuleRequest
{
    public string? Name { get; init; }
    public string? EventBusName { get; init; }
    /// <summary>Of DeleteRule.</summary>
    public bool? Force { get; init; }
}

/// <summary>A rule, as DescribeRule and ListRules tell it.</summary>
public sealed record EventRule
{
    public string? Name { get; init; }
    public string? Arn { get; init; }
    public string? EventPattern { get; init; }
    public string? State { get; init; }
    public string? Description { get; init; }
    public string? RoleArn { get; init; }
    public string? EventBusName { get; init; }
    /// <summary>Of DescribeRule: the account.</summary>
    public string? CreatedBy { get; init; }
}

public sealed record ListRulesRequest
{
    public string? NamePrefix { get; init; }
    public string? EventBusName { get; init; }
    public string? NextToken { get; init; }
    public int? Limit { get; init; }
}

public sealed record ListRulesResponse
{
    public IReadOnlyList<EventRule>? Rules { get; init; }
    public string? NextToken { get; init; }
}

public sealed record ListRuleNamesByTargetRequest
{
    public string? TargetArn { get; init; }
    public string? EventBusName { get; init; }
    public string? NextToken { get; init; }
    public int? Limit { get; init; }
}

public sealed record ListRuleNamesByTargetResponse
{
    public IReadOnlyList<string>? RuleNames { get; init; }
    public string? NextToken { get; init; }
}

public sealed record TestEventPatternRequest
{
    public string? EventPattern { get; init; }
    /// <summary>A whole event, JSON.</summary>
    public string? Event { get; init; }
}

public sealed record TestEventPatternResponse
{
    public bool Result { get; init; }
}

/// <summary>An event bus; there is one, default.</summary>
public sealed record EventBus
{
    public string? Name { get; init; }
    public string? Arn { get; init; }
}

public sealed record DescribeEventBusRequest
{
    public string? Name { get; init; }
}

public sealed record ListEventBusesRequest
{
    public string? NamePrefix { get; init; }
    public string? NextToken { get; init; }
    public int? Limit { get; init; }
}

public sealed record ListEventBusesResponse
{
    public IReadOnlyList<EventBus>? EventBuses { get; init; }
    public string? NextToken { get; init; }
}

/// <summary>Tags of a rule: EventBridge names the resource by its ARN.</summary>
public sealed record EventTagsRequest
{
    public string? ResourceARN { get; init; }
    /// <summary>Of TagResource.</summary>
    public IReadOnlyList<Tag>? Tags { get; init; }
    /// <summary>Of UntagResource.</summary>
    public IReadOnlyList<string>? TagKeys { get; init; }
}

public sealed record EventTagsResponse
{
    public IReadOnlyList<Tag>? Tags { get; init; }
}
