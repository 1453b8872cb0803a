namespace Postern.Protocol.AwsJson;

/// <summary>The answer of an operation that has nothing to tell: <c>{}</c>.</summary>
public sealed record EmptyResponse
{
    public static EmptyResponse Instance { get; } = new();
}
