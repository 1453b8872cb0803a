namespace Postern.Protocol.AwsJson;

/// <summary>How an endpoint is told who calls. CreateConnection and UpdateConnection.</summary>
public sealed record ConnectionRequest
{
    public string? Name { get; init; }
    public string? Description { get; init; }
    /// <summary>BASIC or API_KEY.</summary>
    public string? AuthorizationType { get; init; }
    public ConnectionAuthParameters? AuthParameters { get; init; }
}

/// <summary>Values that are secret are never answered.</summary>
public sealed record ConnectionAuthParameters
{
    public ConnectionBasicAuth? BasicAuthParameters { get; init; }
    public ConnectionApiKey? ApiKeyAuthParameters { get; init; }
    public System.Text.Json.JsonElement? OAuthParameters { get; init; }
    public ConnectionHttpParameters? InvocationHttpParameters { get; init; }
}

public sealed record ConnectionBasicAuth
{
    public string? Username { get; init; }
    public string? Password { get; init; }
}

public sealed record ConnectionApiKey
{
    public string? ApiKeyName { get; init; }
    public string? ApiKeyValue { get; init; }
}

/// <summary>Added to every request.</summary>
public sealed record ConnectionHttpParameters
{
    public IReadOnlyList<ConnectionParameter>? HeaderParameters { get; init; }
    public IReadOnlyList<ConnectionParameter>? QueryStringParameters { get; init; }
    public IReadOnlyList<ConnectionParameter>? BodyParameters { get; init; }
}

public sealed record ConnectionParameter
{
    public string? Key { get; init; }
    public string? Value { get; init; }
    public bool? IsValueSecret { get; init; }
}

/// <summary>By name: DescribeConnection, DeauthorizeConnection, DeleteConnection; DescribeApiDestination, DeleteApiDestination.</summary>
public sealed record EventNameRequest
{
    public string? Name { get; init; }
}

/// <summary>A connection, as all its operations answer it. No secret is among its values.</summary>
public sealed record EventConnection
{
    public string? ConnectionArn { get; init; }
    public string? Name { get; init; }
    public string? Description { get; init; }
    /// <summary>AUTHORIZED, DEAUTHORIZED or DELETING.</summary>
    public string? ConnectionState { get; init; }
    public string? AuthorizationType { get; init; }
    public string? SecretArn { get; init; }
    public ConnectionAuthParameters? AuthParameters { get; init; }
    public DateTimeOffset? CreationTime { get; init; }
    public DateTimeOffset? LastModifiedTime { get; init; }
    public DateTimeOffset? LastAuthorizedTime { get; init; }
}

/// <summary>ListConnections and ListApiDestinations.</summary>
public sealed record ListEndpointsRequest
{
    public string? NamePrefix { get; init; }
    /// <summary>Of ListConnections.</summary>
    public string? ConnectionState { get; init; }
    /// <summary>Of ListApiDestinations.</summary>
    public string? ConnectionArn { get; init; }
    public string? NextToken { get; init; }
    public int? Limit { get; init; }
}

public sealed record ListConnectionsResponse
{
    public IReadOnlyList<EventConnection>? Connections { get; init; }
    public string? NextToken { get; init; }
}

/// <summary>CreateApiDestination and UpdateApiDestination.</summary>
public sealed record ApiDestinationRequest
{
    public string? Name { get; init; }
    public string? Description { get; init; }
    public string? ConnectionArn { get; init; }
    public string? InvocationEndpoint { get; init; }
    public string? HttpMethod { get; init; }
    public int? InvocationRateLimitPerSecond { get; init; }
}

/// <summary>An HTTPS endpoint, as all its operations answer it.</summary>
public sealed record ApiDestination
{
    public string? ApiDestinationArn { get; init; }
    public string? Name { get; init; }
    public string? Description { get; init; }
    /// <summary>ACTIVE, or INACTIVE when its connection may not be used.</summary>
    public string? ApiDestinationState { get; init; }
    public string? ConnectionArn { get; init; }
    public string? InvocationEndpoint { get; init; }
    public string? HttpMethod { get; init; }
    public int? InvocationRateLimitPerSecond { get; init; }
    public DateTimeOffset? CreationTime { get; init; }
    public DateTimeOffset? LastModifiedTime { get; init; }
}

public sealed record ListApiDestinationsResponse
{
    public IReadOnlyList<ApiDestination>? ApiDestinations { get; init; }
    public string? NextToken { get; init; }
}
