namespace Postern.Protocol.SigV4;

/// <summary>Keys of a caller. The token is null for long-lived keys.</summary>
public sealed record AwsCredentials(string AccessKeyId, string SecretAccessKey, string? SessionToken = null)
{
    public override string ToString() => $"AwsCredentials({AccessKeyId})"; // never the secret
}
