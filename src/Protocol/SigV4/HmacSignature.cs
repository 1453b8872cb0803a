using System.Security.Cryptography;
using System.Text;

namespace Postern.Protocol.SigV4;

/// <summary>Signatures with a shared secret: HMAC-SHA256 with a key derived from secret, date, region and service.</summary>
internal static class HmacSignature
{
    /// <summary>64 lower-case hex digits.</summary>
    public static string Compute(string secretAccessKey, CredentialScope scope, string stringToSign)
    {
        Span<byte> key = stackalloc byte[HMACSHA256.HashSizeInBytes];
        var secret = Encoding.UTF8.GetBytes("AWS4" + secretAccessKey);
        HMACSHA256.HashData(secret, Encoding.UTF8.GetBytes(scope.Date), key);
        HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(scope.Region), key);
        HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(scope.Service), key);
        HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(SigV4Terms.Terminator), key);
        var signature = Convert.ToHexStringLower(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(stringToSign)));
        CryptographicOperations.ZeroMemory(key);
        CryptographicOperations.ZeroMemory(secret);
        return signature;
    }

    /// <summary>Takes the same time wherever the two differ.</summary>
    public static bool Matches(string expected, string received) =>
        CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(expected), Encoding.UTF8.GetBytes(received));
}
