namespace Postern.Protocol.SigV4;

/// <summary>What a signed request may ask the verifier to hold; all in characters unless named otherwise. Larger claims are refused before they are split.</summary>
internal static class SigV4Limits
{
    public const int AuthorizationLength = 8 * 1024;
    public const int QueryLength = 16 * 1024;
    public const int PathLength = 8 * 1024;
    public const int SignedHeaders = 64;
    public const int AccessKeyIdLength = 128;
    /// <summary>Base64 of an RSA-4096 signature is 684.</summary>
    public const int SignatureLength = 1024;
    public static readonly TimeSpan Expiry = TimeSpan.FromDays(7);
}
