using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Postern.Server.Iam;

namespace Postern.Server.Peers;

/// <summary>
/// The header with which one gateway hands a person's request to another: whence it came, proved by a key that only gateways of one database have. The request
/// itself stays as the person signed it, and is authenticated and decided by whoever answers it; all that is believed is the address.
/// </summary>
internal sealed class PeerProof(MasterKey master, TimeProvider time)
{
    public const string Header = "X-Postern-Peer";
    private const string Version = "1", Purpose = "peer requests";
    private static readonly TimeSpan Tolerance = TimeSpan.FromMinutes(1);

    private readonly byte[][] _keys = master.DeriveAll(Purpose);

    /// <param name="http">The person's request.</param>
    /// <param name="part">The answer becomes a part of this gateway's own, which records the call.</param>
    public string Write(HttpContext http, bool part)
    {
        var text = string.Create(CultureInfo.InvariantCulture, $"{Version} {time.GetUtcNow().ToUnixTimeMilliseconds()} {http.Connection.RemoteIpAddress ?? IPAddress.None} {(part ? "part" : "whole")}");
        return $"{text} {Convert.ToHexStringLower(MacOf(_keys[0], text, http))}";
    }

    /// <summary>Null: the request comes from no gateway.</summary>
    public HandedRequest? Read(HttpContext http)
    {
        var value = http.Request.Headers[Header].ToString();
        if (value.Split(' ') is not [Version, var at, var source, var kind, var mac] || mac.Length != 2 * SHA256.HashSizeInBytes || !mac.All(char.IsAsciiHexDigitLower)
            || !long.TryParse(at, NumberStyles.None, CultureInfo.InvariantCulture, out var milliseconds)
            || Math.Abs(time.GetUtcNow().ToUnixTimeMilliseconds() - milliseconds) > Tolerance.TotalMilliseconds || !IPAddress.TryParse(source, out var address))
            return null;
        var text = value[..(value.Length - mac.Length - 1)];
        var given = Convert.FromHexString(mac);
        return _keys.Any(key => CryptographicOperations.FixedTimeEquals(MacOf(key, text, http), given)) ? new HandedRequest(address, kind == "part") : null;
    }

    // Bound to the signature, which is bound to the rest of the request: it cannot be put on another.
    private static byte[] MacOf(byte[] key, string text, HttpContext http)
        => HMACSHA256.HashData(key, Encoding.UTF8.GetBytes($"{text}\n{http.Request.Headers.Authorization}\n{http.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget}"));
}

/// <summary>A request that another gateway was sent and handed on.</summary>
/// <param name="Source">Where it came from there.</param>
/// <param name="IsPart">The other one makes the whole answer, and records the call.</param>
internal sealed record HandedRequest(IPAddress Source, bool IsPart);
