using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Postern.Conformance.Support;

/// <summary>
/// Signature Version 4 of one JSON request, written for these tests from AWS's description: the gateway's verifier is checked by a
/// signer that shares no line with it. Every part may be changed, to make the forgeries that must be refused.
/// </summary>
internal sealed record Signature
{
    public required string AccessKeyId { get; init; }
    public required string Secret { get; init; }
    public string Region { get; init; } = "us-east-1";
    public string Service { get; init; } = "ssm";
    public DateTimeOffset Time { get; init; } = DateTimeOffset.UtcNow;

    /// <summary>The headers to send, Authorization among them.</summary>
    public IReadOnlyDictionary<string, string> Sign(string host, string target, byte[] body)
    {
        var time = Time.UtcDateTime.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);
        var headers = new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            ["content-type"] = "application/x-amz-json-1.1",
            ["host"] = host,
            ["x-amz-date"] = time,
            ["x-amz-target"] = target,
        };
        var names = string.Join(';', headers.Keys);
        var canonical = $"POST\n/\n\n{string.Concat(headers.Select(header => $"{header.Key}:{header.Value}\n"))}\n{names}\n{Hex(SHA256.HashData(body))}";
        var scope = $"{time[..8]}/{Region}/{Service}/aws4_request";
        var text = $"AWS4-HMAC-SHA256\n{time}\n{scope}\n{Hex(SHA256.HashData(Encoding.UTF8.GetBytes(canonical)))}";
        var key = new[] { time[..8], Region, Service, "aws4_request" }
            .Aggregate(Encoding.UTF8.GetBytes("AWS4" + Secret), (previous, part) => HMACSHA256.HashData(previous, Encoding.UTF8.GetBytes(part)));
        var signature = Hex(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(text)));
        headers["authorization"] = $"AWS4-HMAC-SHA256 Credential={AccessKeyId}/{scope}, SignedHeaders={names}, Signature={signature}";
        return headers;
    }

    private static string Hex(byte[] bytes) => Convert.ToHexStringLower(bytes);
}
