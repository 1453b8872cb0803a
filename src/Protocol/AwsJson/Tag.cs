namespace Postern.Protocol.AwsJson;

/// <summary>A tag: key 1 to 128 characters, value up to 256.</summary>
public sealed record Tag
{
    public string? Key { get; init; }
    public string? Value { get; init; }
}
