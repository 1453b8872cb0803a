namespace Postern.Protocol.SigV4;

/// <summary>A request as signer and verifier see it. Header names are compared without case; values are as sent.</summary>
public sealed record SignableRequest
{
    public required string Method { get; init; }
    /// <summary>The path as it stands in the request line, still percent-encoded, without the query.</summary>
    public required string Path { get; init; }
    /// <summary>The query as it stands in the request line, without '?'; empty when there is none.</summary>
    public string Query { get; init; } = "";
    /// <summary>All headers, each possibly more than once, in order.</summary>
    public required IReadOnlyList<KeyValuePair<string, string>> Headers { get; init; }
    /// <summary>Lower-case hex SHA-256 of the body.</summary>
    public required string BodyHash { get; init; }
}

/// <summary>Where and for what a signature is valid: date/region/service/aws4_request.</summary>
public readonly record struct CredentialScope(string Date, string Region, string Service)
{
    public override string ToString() => $"{Date}/{Region}/{Service}/{SigV4Terms.Terminator}";
}
