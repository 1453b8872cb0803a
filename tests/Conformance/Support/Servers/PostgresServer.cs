namespace Postern.Conformance.Support.Servers;

/// <summary>A real PostgreSQL in a folder of its own.</summary>
internal sealed class PostgresServer : IAsyncDisposable
{
    public const string User = "demo", Password = "for-tests-only", Database = "shop";
    private readonly string _folder;
    private readonly Child _server;

    private PostgresServer(string folder, int port, Child server) => (_folder, Port, _server) = (folder, port, server);

    public int Port { get; }

    /// <summary>Of a server that speaks TLS with whoever asks for it.</summary>
    public ServerCertificate? Certificate { get; private init; }

    public static async Task<PostgresServer> StartAsync(bool encrypted = false)
    {
        var programs = Directory.Exists("/usr/lib/postgresql")
            ? Directory.EnumerateDirectories("/usr/lib/postgresql").Select(version => Path.Combine(version, "bin")).Where(bin => File.Exists(Path.Combine(bin, "initdb"))).Max()
            : null;
        Assert.SkipWhen(programs is null, "PostgreSQL is not installed on this machine");
        var folder = Repository.MakeFolder("postgres");
        var data = Path.Combine(folder, "data");
        await ServiceAccount.OwnAsync(folder, "postgres");
        await Child.OutputOfAsync(ServiceAccount.As("postgres", new(Path.Combine(programs, "initdb"), "-D", data, "-U", "postgres", "-A", "trust", "--no-sync", "-E", "UTF8", "--locale=C") { Folder = folder }));
        await File.WriteAllTextAsync(Path.Combine(data, "pg_hba.conf"), $"host all {User} 127.0.0.1/32 scram-sha-256\nlocal all postgres trust\n");
        var port = FreePort.Take();
        var certificate = encrypted ? await ServerCertificate.MakeAsync(folder, "postgres") : null;
        string[] tls = certificate is null ? [] : ["-c", "ssl=on", "-c", $"ssl_cert_file={certificate.File}", "-c", $"ssl_key_file={certificate.KeyFile}"];
        var server = Child.Start(ServiceAccount.As("postgres", new(
            Path.Combine(programs, "postgres"), ["-D", data, "-c", "listen_addresses=127.0.0.1", "-c", $"port={port}", "-c", $"unix_socket_directories={folder}", "-c", "fsync=off", .. tls])
        { Folder = folder }));
        var admin = new Command("psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-h", folder, "-p", $"{port}", "-U", "postgres", "postgres");
        await Deadline.UntilAsync("PostgreSQL to answer", async () => (await Child.RunAsync(admin, "select 1;")).ExitCode == 0);
        await Child.OutputOfAsync(admin, $"""
            create role {User} login password '{Password}';
            create database {Database} owner {User};
            """);
        return new(folder, port, server) { Certificate = certificate };
    }

    /// <summary>As gateways take it.</summary>
    public string ConnectionString => $"Host=127.0.0.1;Port={Port};Database={Database};Username={User};Password={Password}";

    /// <summary>psql as a person calls it, against a port of this machine.</summary>
    public static Command Psql(int port, params string[] arguments) => new(
        "psql", ["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", $"host=127.0.0.1 port={port} user={User} dbname={Database}", .. arguments])
    {
        Environment = new Dictionary<string, string?> { ["PGPASSWORD"] = Password },
    };

    public async ValueTask DisposeAsync()
    {
        // "Fast": ends the sessions and then itself.
        _server.Signal(Native.SigInt);
        await _server.ExitAsync();
        await _server.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }
}
