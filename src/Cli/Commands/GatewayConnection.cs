using Postern.Cli.Config;
using Postern.Client;
using Postern.Client.Transport;

namespace Postern.Cli.Commands;

/// <summary>A client of the gateway that the settings name.</summary>
internal sealed class GatewayConnection : IDisposable
{
    private readonly GatewayTransport _transport;

    private GatewayConnection(AwsSettings settings, GatewayTransport transport, SessionClient client)
    {
        Settings = settings;
        _transport = transport;
        Client = client;
    }

    public AwsSettings Settings { get; }

    public SessionClient Client { get; }

    /// <summary>Throws <see cref="SettingsException"/> when something is missing. Begins to connect.</summary>
    public static GatewayConnection Open(SettingOptions options)
    {
        var settings = new AwsSettings(options);
        var client = new SessionClientOptions { Endpoint = settings.Endpoint, Region = settings.Region, Credentials = settings.Credentials };
        settings.Credentials(); // missing keys are told before anything is done
        var transport = new GatewayTransport(Trust.LoadForProcess(settings.CaFile));
        transport.Prepare(client.Endpoint);
        return new GatewayConnection(settings, transport, new SessionClient(transport, client));
    }

    public void Dispose() => _transport.Dispose();
}
