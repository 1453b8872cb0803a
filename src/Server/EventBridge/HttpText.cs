using Postern.Protocol.AwsJson;

namespace Postern.Server.EventBridge;

/// <summary>What may stand in a request to an endpoint: nothing that could end a header or begin another.</summary>
internal static class HttpText
{
    public const int MaxParameters = 100, MaxValue = 512;

    public static bool IsHeaderName(string? name) => name is { Length: > 0 and <= MaxValue } && name.All(c => char.IsAsciiLetterOrDigit(c) || "!#$%&'*+-.^_`|~".Contains(c));

    /// <summary>Headers that the request itself decides.</summary>
    public static bool IsFree(string name)
        => !new[] { "Host", "Content-Length", "Transfer-Encoding", "Connection", "Upgrade", "TE", "Trailer", "Expect", "Proxy-Authorization" }.Contains(name, StringComparer.OrdinalIgnoreCase);

    public static bool IsHeaderValue(string? value) => value is { Length: > 0 and <= MaxValue } && value.All(c => c is '\t' or (>= ' ' and <= '~'));

    public static bool IsText(string? text) => text is { Length: > 0 and <= MaxValue } && !text.Any(char.IsControl);

    public static bool AreParameters(EventHttpParameters? given) => given is null
        || ((given.HeaderParameters?.Count ?? 0) <= MaxParameters && (given.QueryStringParameters?.Count ?? 0) <= MaxParameters
            && (given.HeaderParameters ?? new Dictionary<string, string>()).All(pair => IsHeaderName(pair.Key) && IsFree(pair.Key) && IsHeaderValue(pair.Value))
            && (given.QueryStringParameters ?? new Dictionary<string, string>()).All(pair => IsText(pair.Key) && IsText(pair.Value))
            && (given.PathParameterValues ?? []).All(IsText));

    public static bool AreParameters(ConnectionHttpParameters? given) => given is null
        || ((given.HeaderParameters?.Count ?? 0) <= MaxParameters && (given.QueryStringParameters?.Count ?? 0) <= MaxParameters
            && (given.HeaderParameters ?? []).All(parameter => parameter is not null && IsHeaderName(parameter.Key) && IsFree(parameter.Key!) && IsHeaderValue(parameter.Value))
            && (given.QueryStringParameters ?? []).All(parameter => parameter is not null && IsText(parameter.Key) && IsText(parameter.Value)));
}
