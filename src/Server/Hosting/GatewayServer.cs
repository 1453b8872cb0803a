using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging.Console;
using Postern.Server.Api;
using Postern.Server.Audit;
using Postern.Server.Events.Endpoints;
using Postern.Server.Iam;
using Postern.Server.Peers;
using Postern.Server.Settings;
using Postern.Server.Storage;

namespace Postern.Server.Hosting;

/// <summary>A running gateway: builds, starts, drains. The program runs one; tests run as many as they like in their process.</summary>
internal sealed class GatewayServer : IAsyncDisposable
{
    /// <summary>How long requests and sessions have to end after a stop was asked for.</summary>
    public static readonly TimeSpan DrainTime = TimeSpan.FromSeconds(9);

    private readonly WebApplication _app;
    private readonly Readiness _readiness;

    private GatewayServer(WebApplication app, ServerOptions options)
    {
        _app = app;
        _readiness = app.Services.GetRequiredService<Readiness>();
        Options = options;
    }

    public ServerOptions Options { get; }

    /// <summary>The addresses really listened on, in the order of --listen.</summary>
    public IReadOnlyList<Uri> Addresses { get; private set; } = [];

    public IServiceProvider Services => _app.Services;

    /// <param name="options">What the operator set.</param>
    /// <param name="replace">Changes registrations after all features made theirs (a test's clock).</param>
    /// <param name="cancellationToken">Gives up starting.</param>
    /// <exception cref="StartupException">It cannot start; nothing is left running.</exception>
    public static async Task<GatewayServer> StartAsync(ServerOptions options, Action<IServiceCollection>? replace, CancellationToken cancellationToken)
    {
        var data = new DataDirectory(options.Data);
        data.Prepare();
        var app = Build(options, data, replace);
        var server = new GatewayServer(app, options);
        try
        {
            await server.StartAsync(data, cancellationToken);
            return server;
        }
        catch (Exception e)
        {
            await server.DisposeAsync();
            if (StartupFailure.Describe(e, options) is { } line)
                throw new StartupException(line, e);
            throw;
        }
    }

    /// <summary>Ends when the gateway stops, whoever asked: also when a background service failed and took the host down.</summary>
    public CancellationToken Stopping => _app.Lifetime.ApplicationStopping;

    /// <summary>Stops accepting, tells features through IHostApplicationLifetime, waits for requests, at most <see cref="DrainTime"/>.</summary>
    public Task StopAsync() => _app.StopAsync(CancellationToken.None);

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private static WebApplication Build(ServerOptions options, DataDirectory data, Action<IServiceCollection>? replace)
    {
        // Arguments and environment have been read; the host's own configuration must not read them in its way.
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        builder.Configuration.Sources.Clear();
        var readiness = new Readiness();
        builder.Logging.ClearProviders().SetMinimumLevel(options.LogLevel)
            .AddFilter("Microsoft", options.LogLevel > LogLevel.Warning ? options.LogLevel : LogLevel.Warning)
            // The host logs a failed start with its stack; the operator gets one line from whoever started us.
            .AddFilter("Microsoft.Extensions.Hosting.Internal.Host", level => readiness.HasBegun && level >= LogLevel.Warning && level >= options.LogLevel)
            .AddSimpleConsole(console => { console.SingleLine = true; console.UseUtcTimestamp = true; console.TimestampFormat = "yyyy-MM-ddTHH:mm:ss.fffZ "; console.ColorBehavior = LoggerColorBehavior.Disabled; })
            .Services.Configure<ConsoleLoggerOptions>(console => console.LogToStandardErrorThreshold = LogLevel.Trace);
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = DrainTime);
        builder.Services
            .AddSingleton<IHostLifetime, UnattendedLifetime>()
            .AddSingleton(options)
            .AddSingleton(data)
            .AddSingleton(TimeProvider.System)
            .AddSingleton(readiness)
            .AddSingleton<ServerCertificate>()
            .AddSingleton<IMemoryPoolFactory<byte>, TransportMemory>()
            .AddHostedService<CertificateRenewal>()
            .AddHostedService<MemoryUpkeep>();
        Program.AddFeatures(builder.Services);
        replace?.Invoke(builder.Services);
        builder.WebHost.UseKestrelHttpsConfiguration().UseSockets(KestrelSetup.Configure);
        builder.Services.AddOptions<Microsoft.AspNetCore.Server.Kestrel.Core.KestrelServerOptions>()
            .Configure<ServerCertificate, TimeProvider>((kestrel, certificate, time) => KestrelSetup.Configure(kestrel, options, certificate, time));
        return builder.Build();
    }

    private async Task StartAsync(DataDirectory data, CancellationToken cancellationToken)
    {
        var log = Services.GetRequiredService<ILogger<GatewayServer>>();
        var certificate = Services.GetRequiredService<ServerCertificate>();
        certificate.Refresh();
        var database = Services.GetRequiredService<Database>();
        await database.MigrateAsync(cancellationToken);
        var resealed = await Services.GetRequiredService<AccessKeySecrets>().ResealAsync(cancellationToken) + await Services.GetRequiredService<AuditStore>().ResignAsync(cancellationToken)
            + await Services.GetRequiredService<EndpointStore>().ResealAsync(cancellationToken);
        if (resealed > 0)
            log.Resealed(resealed);
        var seed = Services.GetRequiredService<IdentitySeed>();
        await seed.CreateRolesAsync(cancellationToken);

        Program.AddOperations(Services.GetRequiredService<OperationRegistry>(), Services);
        _app.Use(_readiness.HandleAsync);
        _app.UseWebSockets(new WebSocketOptions { KeepAliveInterval = Timeout.InfiniteTimeSpan }); // who accepts a socket decides its pings
        _app.Use(KestrelSetup.FreeUpgradesFromDataRates);
        _app.Use(Services.GetRequiredService<PeerRequests>().HandleAsync);
        _app.UseRouting();
        Program.MapRoutes(_app);
        await _app.StartAsync(cancellationToken);
        Addresses = [.. Services.GetRequiredService<IServer>().Features.GetRequiredFeature<IServerAddressesFeature>().Addresses.Select(address => new Uri(address))];
        if (await seed.CreateAdministratorAsync(key => AdministratorFile.Write(data.AdministratorFile, key, Options, ClientEndpoint(), certificate.TrustFile()), cancellationToken))
            log.AdministratorMade(data.AdministratorFile);
        log.FilesAllowed(OpenFiles.Allowed, OpenFiles.Connections);
        log.Started(string.Join(", ", Addresses.Select(address => address.GetLeftPart(UriPartial.Authority))), database.Description, Options.Region, Options.Account);
        _app.Lifetime.ApplicationStopping.Register(() => { _readiness.End(); log.Draining(); });
        _app.Lifetime.ApplicationStopped.Register(log.Stopped);
        await Services.GetRequiredService<PeerUpkeep>().AnnounceAsync(PeerEndpoint(), () => Convert.ToHexString(certificate.Current.TargetCertificate.GetCertHash(HashAlgorithmName.SHA256)), cancellationToken);
        _readiness.Begin();
    }

    /// <summary>Where other gateways call: --endpoint, else the first address; this machine's name stands for "any".</summary>
    private Uri PeerEndpoint() => ClientEndpoint() is { DnsSafeHost: "localhost" } any && Options.Endpoint is null ? new UriBuilder(any) { Host = Dns.GetHostName() }.Uri : ClientEndpoint();

    /// <summary>Where a client on this machine calls: --endpoint, else the first address; localhost stands for "any".</summary>
    public Uri ClientEndpoint()
    {
        if (Options.Endpoint is not null)
            return Options.Endpoint;
        var first = Addresses[0];
        return IPAddress.TryParse(first.DnsSafeHost, out var ip) && (ip.Equals(IPAddress.Any) || ip.Equals(IPAddress.IPv6Any))
            ? new UriBuilder(first) { Host = "localhost" }.Uri : first;
    }
}
