using System.Globalization;
using Postern.Agent.Sessions.Documents;

namespace Postern.Agent.Sessions.Port;

/// <summary>Where a port session goes and how: <c>type</c> LocalPortForwarding carries connections, anything else one raw stream.</summary>
internal sealed record PortProperties(string Host, int Port, bool Forwards)
{
    private const string LocalPortForwarding = "LocalPortForwarding";
    private const string DefaultHost = "localhost";

    /// <summary>The destination as the person knows it.</summary>
    public string Name => Host.Contains(':', StringComparison.Ordinal) ? $"[{Host}]:{Port}" : $"{Host}:{Port}";

    public static PortProperties Parse(SessionDocument document)
    {
        var fields = document.PropertyFields;
        var text = fields.Text("portNumber");
        if (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port) || port is < 1 or > 65535)
            throw new SessionFailedException($"The port \"{text}\" (properties.portNumber) is not a number from 1 to 65535.");
        var host = fields.Text("host").Trim();
        return new PortProperties(host.Length == 0 ? DefaultHost : host, port, fields.Text("type") == LocalPortForwarding);
    }
}
