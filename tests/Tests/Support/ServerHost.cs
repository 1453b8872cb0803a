using System.Net;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Postern.Protocol.AwsJson;
using Postern.Protocol.SigV4;
using Postern.Server.Hosting;
using Postern.Server.Settings;

namespace Postern.Tests.Support;

/// <summary>
/// The real gateway in this process: a free port of 127.0.0.1, TLS of its own CA, a data folder that goes with it.
/// <code>
/// await using var host = await ServerHost.StartAsync();
/// var ssm = host.CreateApiClient();
/// await ssm.CallAsync(SsmOperations.CreateActivation, new() { … }, cancellationToken);
/// </code>
/// </summary>
internal sealed class ServerHost : IAsyncDisposable
{
    private readonly TempFolder _folder = new();
    private readonly Action<IServiceCollection>? _replace;
    private GatewayServer _server = null!;
    private HttpClient? _http;

    private ServerHost(Action<IServiceCollection>? replace) => _replace = replace;

    /// <summary>https://127.0.0.1:PORT/ — the same after <see cref="RestartAsync"/>.</summary>
    public Uri Endpoint => _server.Addresses[0];

    /// <summary>wss://127.0.0.1:PORT/.</summary>
    public Uri SocketEndpoint => new UriBuilder(Endpoint) { Scheme = "wss" }.Uri;

    public ServerOptions Options => _server.Options;
    public IServiceProvider Services => _server.Services;
    public string DataFolder => _folder.Path;
    public string CaFile => _folder["ca.pem"];

    /// <summary>The keys of admin.env.</summary>
    public AwsCredentials Administrator { get; private set; } = null!;

    /// <summary>Trusts the gateway's CA; shared, disposed with the host.</summary>
    public HttpClient Http => _http ??= new HttpClient(CreateHandler());

    /// <param name="configure">Changes the options of the test gateway.</param>
    /// <param name="replace">Replaces registrations, such as TimeProvider.</param>
    public static async Task<ServerHost> StartAsync(Func<ServerOptions, ServerOptions>? configure = null, Action<IServiceCollection>? replace = null)
    {
        var host = new ServerHost(replace);
        try
        {
            var options = new ServerOptions { Data = host._folder.Path, Listen = [new(IPAddress.Loopback, 0)], LogLevel = LogLevel.Warning };
            await host.StartServerAsync(configure?.Invoke(options) ?? options);
            return host;
        }
        catch
        {
            host._folder.Dispose();
            throw;
        }
    }

    /// <summary>A client of the API: the administrator's keys, or those given; null credentials sign nothing.</summary>
    public AwsJsonClient CreateApiClient() => CreateApiClient(() => Administrator);

    /// <inheritdoc cref="CreateApiClient()"/>
    public AwsJsonClient CreateApiClient(Func<AwsCredentials?> credentials) => new(Http, Endpoint, Options.Region, credentials, TimeProvider.System);

    /// <summary>A new handler that trusts this gateway only.</summary>
    public SocketsHttpHandler CreateHandler() => CreateHandler(CaFile);

    /// <summary>A new handler that trusts one authority only.</summary>
    public static SocketsHttpHandler CreateHandler(string caFile)
    {
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.ImportFromPemFile(caFile);
        return new SocketsHttpHandler { SslOptions = { CertificateChainPolicy = policy } };
    }

    /// <summary>Stops and starts again: same port, same data.</summary>
    public async Task RestartAsync()
    {
        await StopServerAsync();
        await StartAgainAsync();
    }

    /// <summary>After <see cref="StopServerAsync"/>: starts on the same port with the same data.</summary>
    public Task StartAgainAsync()
        => StartServerAsync(Options with { Listen = [.. _server.Addresses.Select(address => new IPEndPoint(IPAddress.Parse(address.Host), address.Port))] });

    /// <summary>Drains and stops the gateway; the folder stays until disposal.</summary>
    public async Task StopServerAsync()
    {
        await _server.StopAsync();
        await _server.DisposeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        _http?.Dispose();
        await StopServerAsync();
        _folder.Dispose();
    }

    private async Task StartServerAsync(ServerOptions options)
    {
        _server = await GatewayServer.StartAsync(options, _replace, TestContext.Current.CancellationToken);
        var settings = (await File.ReadAllLinesAsync(_folder["admin.env"])).Select(line => line.Split('=', 2)).ToDictionary(pair => pair[0], pair => pair[1]);
        Administrator = new AwsCredentials(settings["AWS_ACCESS_KEY_ID"], settings["AWS_SECRET_ACCESS_KEY"]);
    }
}
