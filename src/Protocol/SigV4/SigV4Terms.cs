using System.Globalization;

namespace Postern.Protocol.SigV4;

/// <summary>The words of AWS Signature Version 4.</summary>
internal static class SigV4Terms
{
    public const string Algorithm = "AWS4-HMAC-SHA256";
    public const string Terminator = "aws4_request";

    public const string Authorization = "Authorization";
    public const string Date = "X-Amz-Date";
    public const string SecurityToken = "X-Amz-Security-Token";
    public const string ContentSha256 = "X-Amz-Content-Sha256";

    public const string QueryAlgorithm = "X-Amz-Algorithm";
    public const string QueryCredential = "X-Amz-Credential";
    public const string QueryExpires = "X-Amz-Expires";
    public const string QuerySignedHeaders = "X-Amz-SignedHeaders";
    public const string QuerySignature = "X-Amz-Signature";

    private const string TimeFormat = "yyyyMMdd'T'HHmmss'Z'";

    public static string FormatTime(DateTimeOffset time) => time.UtcDateTime.ToString(TimeFormat, CultureInfo.InvariantCulture);

    /// <summary>The date of a credential scope: the first eight characters of the time.</summary>
    public static string FormatDate(DateTimeOffset time) => time.UtcDateTime.ToString("yyyyMMdd", CultureInfo.InvariantCulture);

    public static bool TryParseTime(string text, out DateTimeOffset time) => DateTimeOffset.TryParseExact(
        text, TimeFormat, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out time);
}
