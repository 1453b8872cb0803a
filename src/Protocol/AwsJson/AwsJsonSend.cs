namespace Postern.Protocol.AwsJson;

/// <summary>
/// Sends one signed request, POST / with these headers (Host and Content-Type among them), and reads the whole answer, at most
/// <see cref="AwsJsonClient.MaxAnswer"/> bytes of it. Throws HttpRequestException or IOException when there is no answer.
/// </summary>
public delegate Task<AwsAnswer> AwsJsonSend(Uri endpoint, IReadOnlyList<KeyValuePair<string, string>> headers, ReadOnlyMemory<byte> body, CancellationToken cancellationToken);

/// <summary>An answer as it came, good or bad.</summary>
public readonly record struct AwsAnswer(int Status, string? Reason, ReadOnlyMemory<byte> Body);
