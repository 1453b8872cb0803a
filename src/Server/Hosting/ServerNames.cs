using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using Postern.Server.Settings;

namespace Postern.Server.Hosting;

/// <summary>The names and addresses clients may call the gateway by: the subject alternative names of its certificate.</summary>
internal sealed record ServerNames(IReadOnlySet<string> Hosts, IReadOnlySet<IPAddress> Addresses)
{
    private const int MaxCommonName = 64;

    public string CommonName => Hosts.FirstOrDefault(host => host != "localhost" && host.Length <= MaxCommonName) ?? "localhost";

    /// <summary>localhost, this host's name, the loopback addresses, every address listened on (all of this host for 0.0.0.0 and [::]) and --endpoint.</summary>
    public static ServerNames Of(ServerOptions options)
    {
        var hosts = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        var addresses = new HashSet<IPAddress> { IPAddress.Loopback, IPAddress.IPv6Loopback };
        if (options.Endpoint is { } endpoint)
        {
            if (IPAddress.TryParse(endpoint.DnsSafeHost, out var ip))
                addresses.Add(ip);
            else
                hosts.Add(endpoint.IdnHost);
        }
        if (Uri.CheckHostName(Dns.GetHostName()) == UriHostNameType.Dns)
            hosts.Add(Dns.GetHostName());
        hosts.Add("localhost");
        foreach (var listen in options.Listen)
        {
            if (listen.Address.Equals(IPAddress.Any) || listen.Address.Equals(IPAddress.IPv6Any))
                addresses.UnionWith(LocalAddresses());
            else
                addresses.Add(listen.Address);
        }
        return new ServerNames(hosts, addresses);
    }

    public X509Extension ToExtension()
    {
        var builder = new SubjectAlternativeNameBuilder();
        foreach (var host in Hosts)
            builder.AddDnsName(host);
        foreach (var address in Addresses)
            builder.AddIpAddress(address);
        return builder.Build();
    }

    /// <summary>Whether a certificate has them all.</summary>
    public bool CoveredBy(X509Certificate2 certificate)
    {
        var names = certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>().FirstOrDefault();
        if (names is null)
            return false;
        var hosts = names.EnumerateDnsNames().ToHashSet(StringComparer.OrdinalIgnoreCase);
        var addresses = names.EnumerateIPAddresses().ToHashSet();
        return Hosts.All(hosts.Contains) && Addresses.All(addresses.Contains);
    }

    // Link-local addresses are meant for one interface and cannot stand in a certificate usefully.
    private static IEnumerable<IPAddress> LocalAddresses() => NetworkInterface.GetAllNetworkInterfaces()
        .Where(card => card.OperationalStatus is OperationalStatus.Up or OperationalStatus.Unknown)
        .SelectMany(card => card.GetIPProperties().UnicastAddresses)
        .Select(unicast => unicast.Address)
        .Where(address => address.AddressFamily is AddressFamily.InterNetwork or AddressFamily.InterNetworkV6 && !address.IsIPv6LinkLocal);
}
