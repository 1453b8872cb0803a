using System.Diagnostics;
using Npgsql;

[assembly: AssemblyFixture(typeof(Postern.Tests.Storage.PostgresServer))]

namespace Postern.Tests.Storage;

/// <summary>
/// A real PostgreSQL server for the whole test run: made in a temporary folder at the first use, reached over a unix socket, stopped at the end.
/// It runs behind a shell that ends it when the shell's input ends, so that a killed test run leaves nothing behind.
/// </summary>
public sealed class PostgresServer : IAsyncDisposable
{
    private const string Superuser = "postern";
    private static readonly TimeSpan StartTime = TimeSpan.FromSeconds(60);
    private static readonly SemaphoreSlim Turn = new(1, 1);
    private static string? _folder;
    private static Process? _keeper;
    private static int _databases;

    /// <summary>The connection string of a new, empty database. Skips the test where PostgreSQL is not installed.</summary>
    public static async Task<string> CreateDatabaseAsync()
    {
        var folder = await StartAsync();
        var name = $"test_{Interlocked.Increment(ref _databases)}";
        await using var connection = new NpgsqlConnection(ConnectionString(folder, "postgres"));
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand($"CREATE DATABASE {name}", connection);
        await command.ExecuteNonQueryAsync();
        return ConnectionString(folder, name);
    }

    public async ValueTask DisposeAsync()
    {
        if (_keeper is not null)
        {
            _keeper.StandardInput.Close();
            await _keeper.WaitForExitAsync();
            _keeper.Dispose();
        }
        if (_folder is not null)
            Directory.Delete(_folder, recursive: true);
    }

    private static async Task<string> StartAsync()
    {
        var bin = FindPrograms() ?? throw SkipWhy();
        await Turn.WaitAsync();
        try
        {
            return _folder ??= await StartAsync(bin);
        }
        finally
        {
            Turn.Release();
        }
    }

    private static async Task<string> StartAsync(string bin)
    {
        var folder = Directory.CreateTempSubdirectory("postern-pg-").FullName;
        // initdb and postgres refuse to run as root; the package's own user then runs them.
        string[] asUser = Environment.IsPrivilegedProcess ? ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", "--"] : [];
        if (Environment.IsPrivilegedProcess)
            await RunAsync(["chown", "postgres", folder]);
        var data = Path.Combine(folder, "data");
        await RunAsync([.. asUser, Path.Combine(bin, "initdb"), "-D", data, "-U", Superuser, "-A", "trust", "-E", "UTF8", "--no-sync"]);
        _keeper = Start(["sh", "-c", "\"$@\" </dev/null & pid=$!; cat >/dev/null; kill -INT $pid; wait $pid", "sh",
            .. asUser, Path.Combine(bin, "postgres"), "-D", data, "-k", folder, "-c", "listen_addresses=", "-c", "fsync=off", "-c", "max_connections=300", "-c", "logging_collector=off"]);
        await WaitUntilReadyAsync(folder);
        return folder;
    }

    private static async Task WaitUntilReadyAsync(string folder)
    {
        using var deadline = new CancellationTokenSource(StartTime);
        while (true)
        {
            try
            {
                await using var connection = new NpgsqlConnection(ConnectionString(folder, "postgres"));
                await connection.OpenAsync(deadline.Token);
                return;
            }
            catch (Exception e) when (e is NpgsqlException or IOException && !_keeper!.HasExited)
            {
                await Task.Delay(50, deadline.Token); // the socket appears when the server is ready; nothing else tells
            }
        }
    }

    private static string ConnectionString(string folder, string database)
        => $"Host={folder};Username={Superuser};Database={database};Maximum Pool Size=60;Include Error Detail=true";

    private static string? FindPrograms()
    {
        var versions = Directory.Exists("/usr/lib/postgresql") ? Directory.GetDirectories("/usr/lib/postgresql").OrderDescending().Select(version => Path.Combine(version, "bin")) : [];
        return versions.Concat((Environment.GetEnvironmentVariable("PATH") ?? "").Split(':'))
            .FirstOrDefault(folder => File.Exists(Path.Combine(folder, "initdb")) && File.Exists(Path.Combine(folder, "postgres")));
    }

    private static Exception SkipWhy()
    {
        Assert.Skip("PostgreSQL is not installed (apt-get install postgresql): this store was tested on SQLite only.");
        throw new UnreachableException();
    }

    private static async Task RunAsync(string[] command)
    {
        using var process = Start(command);
        process.StandardInput.Close();
        await process.WaitForExitAsync();
        if (process.ExitCode != 0)
            throw new InvalidOperationException($"{string.Join(' ', command)} failed with exit code {process.ExitCode}.");
    }

    private static Process Start(string[] command)
    {
        var start = new ProcessStartInfo(command[0], command[1..]) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = "/" };
        var process = Process.Start(start)!;
        process.OutputDataReceived += (_, _) => { };
        process.ErrorDataReceived += (_, _) => { };
        process.BeginOutputReadLine(); // a full pipe would stop the server
        process.BeginErrorReadLine();
        return process;
    }
}
