namespace Postern.Conformance.Support.Servers;

/// <summary>A real MariaDB in a folder of its own.</summary>
internal sealed class MariaDbServer : IAsyncDisposable
{
    public const string User = "demo", Password = "for-tests-only", Database = "shop";
    private readonly string _folder;
    private readonly Child _server;

    private MariaDbServer(string folder, int port, Child server) => (_folder, Port, _server) = (folder, port, server);

    public int Port { get; }

    /// <summary>Of a server that speaks TLS with whoever asks for it.</summary>
    public ServerCertificate? Certificate { get; private init; }

    public static async Task<MariaDbServer> StartAsync(bool encrypted = false)
    {
        var program = Repository.Require("mariadbd");
        var folder = Repository.MakeFolder("mariadb");
        var data = Path.Combine(folder, "data");
        var socket = Path.Combine(folder, "socket");
        await ServiceAccount.OwnAsync(folder, "mysql");
        await Child.OutputOfAsync(ServiceAccount.As("mysql", new(
            "mariadb-install-db", "--no-defaults", $"--datadir={data}", "--auth-root-authentication-method=normal", "--skip-test-db")
        { Folder = folder }));
        // One statement a line: that is what an init file may hold.
        await File.WriteAllTextAsync(Path.Combine(folder, "init.sql"), $"""
            CREATE DATABASE {Database};
            CREATE USER '{User}'@'%' IDENTIFIED BY '{Password}';
            GRANT ALL ON {Database}.* TO '{User}'@'%';

            """);
        var port = FreePort.Take();
        var certificate = encrypted ? await ServerCertificate.MakeAsync(folder, "mysql") : null;
        string[] tls = certificate is null ? [] : [$"--ssl-cert={certificate.File}", $"--ssl-key={certificate.KeyFile}"];
        var server = Child.Start(ServiceAccount.As("mysql", new(
            program, ["--no-defaults", $"--datadir={data}", $"--socket={socket}", "--bind-address=127.0.0.1", $"--port={port}",
            $"--pid-file={folder}/pid", "--skip-name-resolve", $"--init-file={folder}/init.sql", .. tls])
        { Folder = folder }));
        var ping = new Command("mariadb-admin", "--no-defaults", $"--socket={socket}", "-u", "root", "--silent", "ping");
        await Deadline.UntilAsync("MariaDB to answer", async () => (await Child.RunAsync(ping)).ExitCode == 0);
        return new(folder, port, server) { Certificate = certificate };
    }

    /// <summary>mysql as a person calls it, against a port of this machine.</summary>
    public static Command Mysql(int port, params string[] arguments) =>
        new("mysql", ["--no-defaults", "-h", "127.0.0.1", "-P", $"{port}", "-u", User, "-N", "-B", Database, .. arguments])
        {
            Environment = new Dictionary<string, string?> { ["MYSQL_PWD"] = Password },
        };

    public async ValueTask DisposeAsync()
    {
        _server.Signal(Native.SigTerm);
        await _server.ExitAsync();
        await _server.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }
}
