using System.Security.Cryptography.X509Certificates;
using Postern.Bench.Processes;
using Postern.Protocol.AwsJson;
using Postern.Protocol.SigV4;

namespace Postern.Bench.Servers;

/// <summary>A gateway with a data folder and a port of its own.</summary>
internal sealed class Gateway : IAsyncDisposable
{
    public const string Region = "us-east-1";
    private static readonly TimeSpan StartTime = TimeSpan.FromMinutes(3);

    private readonly string _folder;
    private Child _process;
    private readonly HttpClient _http;
    private readonly X509Certificate2 _ca;

    private Gateway(string folder, int port, Child process)
    {
        (_folder, Port, Endpoint, _process) = (folder, port, $"https://127.0.0.1:{port}", process);
        Administrator = File.ReadAllLines(Path.Combine(folder, "admin.env"))
            .Select(line => line.Split('=', 2))
            .Where(pair => pair.Length == 2 && !pair[0].StartsWith('#'))
            .ToDictionary(pair => pair[0], pair => (string?)pair[1].Trim('\'', '"'));
        _ca = X509CertificateLoader.LoadCertificateFromFile(CaFile);
        var handler = new SocketsHttpHandler();
        handler.SslOptions.CertificateChainPolicy = new() { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        handler.SslOptions.CertificateChainPolicy.CustomTrustStore.Add(_ca);
        _http = new HttpClient(handler);
        var keys = new AwsCredentials(Administrator["AWS_ACCESS_KEY_ID"]!, Administrator["AWS_SECRET_ACCESS_KEY"]!);
        Api = new AwsJsonClient(_http, new Uri(Endpoint), Region, () => keys, TimeProvider.System);
    }

    public int Port { get; }
    public string Endpoint { get; }
    public string CaFile => Path.Combine(_folder, "ca.pem");
    public int ProcessId => _process.Id;
    public IReadOnlyDictionary<string, string?> Administrator { get; }
    public AwsJsonClient Api { get; }

    public static async Task<Gateway> StartAsync(string folder, CancellationToken cancellationToken)
    {
        var port = FreePort.Take();
        return new(folder, port, await LaunchAsync(folder, port, cancellationToken));
    }

    /// <summary>Ends its process with a signal.</summary>
    public Task EndAsync(int signal, CancellationToken cancellationToken) => _process.EndAsync(signal, cancellationToken);

    /// <summary>Starts it again on the same data and port.</summary>
    public async Task StartAgainAsync(CancellationToken cancellationToken)
    {
        await _process.DisposeAsync();
        _process = await LaunchAsync(_folder, Port, cancellationToken);
    }

    /// <summary>What it wrote since its last start.</summary>
    public string Log => _process.Output;

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        _ca.Dispose();
        await _process.DisposeAsync();
    }

    private static async Task<Child> LaunchAsync(string folder, int port, CancellationToken cancellationToken)
    {
        var process = Child.Start(new(Repository.Program("postern-server"), "--data", folder, "--listen", $"127.0.0.1:{port}"));
        try
        {
            await process.SaysAsync(text => text.Contains("ready", StringComparison.Ordinal), "being ready", StartTime, cancellationToken);
            return process;
        }
        catch
        {
            await process.DisposeAsync();
            throw;
        }
    }
}
