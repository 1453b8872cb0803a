using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Postern.Server.Events.Endpoints;

/// <summary>
/// The signature of a webhook, as the specification "Standard Webhooks" has it: HMAC-SHA256 with the shared secret over the event's id, the time of
/// the attempt and the body, joined by dots. The receiver computes it again, compares in constant time, and refuses times that are minutes away.
/// </summary>
internal static class WebhookSignature
{
    public const string Header = "webhook-signature", IdHeader = "webhook-id", TimeHeader = "webhook-timestamp";

    /// <returns>Such as v1,K5oZfzN95Z9UVu1EsfQmfVNQhnkZ2pj9o9NDN/H/pI4=</returns>
    public static string Of(string secret, string id, long unixSeconds, ReadOnlySpan<byte> body)
    {
        using var hmac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, KeyOf(secret));
        hmac.AppendData(Encoding.UTF8.GetBytes($"{id}.{unixSeconds.ToString(CultureInfo.InvariantCulture)}."));
        hmac.AppendData(body);
        return "v1," + Convert.ToBase64String(hmac.GetHashAndReset());
    }

    /// <summary>whsec_ and base64, as tools for such webhooks make secrets; anything else is taken as it is.</summary>
    private static byte[] KeyOf(string secret)
    {
        const string Prefix = "whsec_";
        var buffer = new byte[secret.Length];
        return secret.StartsWith(Prefix, StringComparison.Ordinal) && Convert.TryFromBase64String(secret[Prefix.Length..], buffer, out var length) && length > 0
            ? buffer[..length]
            : Encoding.UTF8.GetBytes(secret);
    }
}
