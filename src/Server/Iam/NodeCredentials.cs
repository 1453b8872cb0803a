using System.Buffers.Binary;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Postern.Server.Iam;

/// <summary>Temporary keys of a node's role, as RequestManagedInstanceRoleToken hands them out.</summary>
internal sealed record NodeKeys(string AccessKeyId, string SecretAccessKey, string SessionToken, DateTimeOffset Expires)
{
    public override string ToString() => $"NodeKeys({AccessKeyId}, {Expires:O})"; // never the secret, never the token
}

/// <summary>What a session token says, once opened.</summary>
internal sealed record NodeToken(string NodeId, string SecretAccessKey, DateTimeOffset Expires)
{
    public override string ToString() => $"NodeToken({NodeId}, {Expires:O})";
}

/// <summary>
/// Node credentials without a table: the secret is derived from the access key id, the session token is the node id and the expiry, sealed and
/// bound to that access key id. Whoever holds the master key can check them; every gateway of a database does.
/// </summary>
internal sealed class NodeCredentials(MasterKey master)
{
    public static readonly TimeSpan Lifetime = TimeSpan.FromHours(1);
    /// <summary>Longest token looked at, characters.</summary>
    private const int MaxToken = 512;
    private const int ExpirySize = sizeof(long);

    private readonly Sealer _tokens = new(master, "node-token");
    private readonly byte[][] _secretKeys = master.DeriveAll("node-secret");

    public NodeKeys Issue(string nodeId, DateTimeOffset now)
    {
        var accessKeyId = KeyIds.NewTemporary();
        var expires = DateTimeOffset.FromUnixTimeSeconds((now + Lifetime).ToUnixTimeSeconds());
        var plain = new byte[ExpirySize + Encoding.UTF8.GetByteCount(nodeId)];
        BinaryPrimitives.WriteInt64BigEndian(plain, expires.ToUnixTimeSeconds());
        Encoding.UTF8.GetBytes(nodeId, plain.AsSpan(ExpirySize));
        return new NodeKeys(accessKeyId, SecretOf(accessKeyId, 0), Base64Url.EncodeToString(_tokens.Seal(plain, accessKeyId)), expires);
    }

    /// <summary>Null when the token was not issued here together with this access key id. The expiry is told, not judged.</summary>
    public NodeToken? TryOpen(string accessKeyId, string? sessionToken)
    {
        if (sessionToken is null || sessionToken.Length > MaxToken || !Base64Url.IsValid(sessionToken))
            return null;
        var plain = _tokens.TryOpen(Base64Url.DecodeFromChars(sessionToken), accessKeyId, out var generation);
        if (plain is null)
            return null;
        var expires = DateTimeOffset.FromUnixTimeSeconds(BinaryPrimitives.ReadInt64BigEndian(plain));
        return new NodeToken(Encoding.UTF8.GetString(plain.AsSpan(ExpirySize)), SecretOf(accessKeyId, generation), expires);
    }

    private string SecretOf(string accessKeyId, int generation) => KeyIds.SecretOf(HMACSHA256.HashData(_secretKeys[generation], Encoding.ASCII.GetBytes(accessKeyId)));
}
