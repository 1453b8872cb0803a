using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Postern.Server.Iam;

/// <summary>Temporary keys as STS hands them out.</summary>
internal sealed record TemporaryKeys(string AccessKeyId, string SecretAccessKey, string SessionToken, DateTimeOffset Expires)
{
    public override string ToString() => $"TemporaryKeys({AccessKeyId}, {Expires:O})"; // never the secret, never the token
}

/// <summary>What the session token of temporary keys says.</summary>
internal sealed record TemporaryClaims
{
    /// <summary>Id of the user or role. A new one of the same name has another id, and the keys are dead.</summary>
    public required string PrincipalId { get; init; }
    /// <summary>The long-lived key at the beginning: that GetSessionToken or AssumeRole was called with, or the keys these were called with. When it is disabled, so are these.</summary>
    public string? KeyId { get; init; }
    /// <summary>Seconds since 1970, as is <see cref="Expires"/>.</summary>
    public required long Issued { get; init; }
    public required long Expires { get; init; }
    public string? SessionName { get; init; }
    public string? SourceIdentity { get; init; }
    public Dictionary<string, string>? Tags { get; init; }
    public string[]? TransitiveKeys { get; init; }
    /// <summary>The session policy as it was given.</summary>
    public string? Policy { get; init; }
    /// <summary>Managed policies as session policies; what they say is looked up with each call.</summary>
    public string[]? PolicyArns { get; init; }
    /// <summary>Of the master key that they were sealed with.</summary>
    [JsonIgnore]
    public int Generation { get; init; }
}

[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(TemporaryClaims))]
internal sealed partial class TemporaryClaimsJson : JsonSerializerContext;

/// <summary>
/// Temporary keys without a table: the secret is derived from the access key id, the session token holds the claims, sealed and bound to that
/// access key id. Every gateway with the same master key can check them.
/// </summary>
internal sealed class TemporaryCredentials(MasterKey master)
{
    /// <summary>Largest claims, bytes: the token has to fit into a header.</summary>
    public const int MaxClaims = 8 * 1024;
    private const int MaxToken = (MaxClaims + Sealer.Overhead) / 3 * 4 + 4;

    private readonly Sealer _tokens = new(master, "session-token");
    private readonly byte[][] _secretKeys = master.DeriveAll("session-secret");

    /// <summary>The claims' part of <see cref="MaxClaims"/>, in percent; more than 100 cannot be issued.</summary>
    public static int PackedSize(TemporaryClaims claims) => (int)Math.Ceiling(100.0 * Bytes(claims).Length / MaxClaims);

    public TemporaryKeys Issue(TemporaryClaims claims)
    {
        var bytes = Bytes(claims);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(bytes.Length, MaxClaims);
        var accessKeyId = KeyIds.NewTemporary();
        return new TemporaryKeys(accessKeyId, SecretOf(accessKeyId, claims), Base64Url.EncodeToString(_tokens.Seal(bytes, accessKeyId)), DateTimeOffset.FromUnixTimeSeconds(claims.Expires));
    }

    /// <summary>Null when the token was not issued here together with this access key id. The expiry is told, not judged.</summary>
    public TemporaryClaims? TryOpen(string accessKeyId, string? sessionToken)
    {
        if (sessionToken is null || sessionToken.Length > MaxToken || !Base64Url.IsValid(sessionToken))
            return null;
        return _tokens.TryOpen(Base64Url.DecodeFromChars(sessionToken), accessKeyId, out var generation) is { } bytes
            ? JsonSerializer.Deserialize(bytes, TemporaryClaimsJson.Default.TemporaryClaims)! with { Generation = generation } : null;
    }

    public string SecretOf(string accessKeyId, TemporaryClaims claims)
        => KeyIds.SecretOf(HMACSHA256.HashData(_secretKeys[claims.Generation], Encoding.ASCII.GetBytes(accessKeyId)));

    private static byte[] Bytes(TemporaryClaims claims) => JsonSerializer.SerializeToUtf8Bytes(claims, TemporaryClaimsJson.Default.TemporaryClaims);
}
