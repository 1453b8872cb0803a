using System.Globalization;
using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using Postern.Protocol.AwsJson;
using Postern.Server.Documents.Content;

namespace Postern.Server.Documents;

/// <summary>Where a port session leads, its parameters filled in: what permissions are asked about, and what agents dial.</summary>
/// <param name="Host">As it is given; "localhost" when it is the node itself.</param>
/// <param name="Port">1 to 65535.</param>
internal sealed partial record PortDestination(string Host, int Port)
{
    private const string Node = "localhost";

    /// <exception cref="AwsErrorException">InvalidParameters: it is no port, or a host in a spelling that an agent may read in another way.</exception>
    public static PortDestination Of(SessionDocument document, JsonElement parameters)
    {
        var port = Placeholders.Fill(document.Properties.Port("portNumber") ?? "", parameters);
        // Plain digits only: what is allowed here as 80 must not be dialled as something else there.
        if (port.Length is 0 or > 5 || port[0] == '0' || !int.TryParse(port, NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number is < 1 or > ushort.MaxValue)
            throw new AwsErrorException("InvalidParameters", $"Document {document.Name} leads to a port (properties.portNumber) that is none. It must be a number from 1 to 65535.");
        var host = Placeholders.Fill(document.Properties.Port("host") ?? "", parameters);
        if (host.Length > 0 && !HostPattern.IsMatch(host))
            throw new AwsErrorException("InvalidParameters", $"Document {document.Name} leads to a host (properties.host) that is neither a name nor an address.");
        if (MayBeReadAsAnAddress(host))
            throw new AwsErrorException("InvalidParameters", $"Document {document.Name} leads to a host (properties.host) that some read as an address and some as a name. Write an IPv4 address as 192.0.2.1.");
        return new PortDestination(host.Length == 0 ? Node : host, number);
    }

    /// <summary>The address, when <see cref="Host"/> is one: whichever way it was written, without the zone, an IPv4 address inside IPv6 as itself.</summary>
    public IPAddress? Address => IPAddress.TryParse(Host, out var address) ? address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : new IPAddress(address.GetAddressBytes()) : null;

    // 127.1, 0x7f000001, 2130706433, 0177.0.0.1: resolvers dial what a permission for names does not see.
    private static bool MayBeReadAsAnAddress(string host)
    {
        if (host.Contains(':'))
            return !IPAddress.TryParse(host, out _);
        var last = host.TrimEnd('.');
        last = last[(last.LastIndexOf('.') + 1)..];
        var numeric = last.Length > 0 && (last.All(char.IsAsciiDigit) || last.StartsWith("0x", StringComparison.OrdinalIgnoreCase));
        return host.Contains('%') || numeric && !(IPAddress.TryParse(host, out var address) && address.ToString() == host);
    }

    [GeneratedRegex(@"\A[a-zA-Z0-9_:][a-zA-Z0-9_.:%-]{0,254}\z")]
    private static partial Regex HostPattern { get; }
}
