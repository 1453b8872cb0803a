using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using Postern.Server.Hosting;
using Postern.Server.Settings;
using Postern.Tests.Iam;
using Postern.Tests.Support;

namespace Postern.Tests.Hosting;

/// <summary>What keeps the gateway from starting is told in one line that says what and where.</summary>
public sealed class StartupTests : IDisposable
{
    private readonly TempFolder _folder = new();

    private ServerOptions Options => new() { Data = _folder["data"], Listen = [new(IPAddress.Loopback, 0)], LogLevel = LogLevel.None };

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_port_in_use_is_named()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var port = ((IPEndPoint)taken.LocalEndpoint).Port;
        Assert.Contains($":{port}", await FailureAsync(Options with { Listen = [new(IPAddress.Loopback, port)] }));
    }

    [Fact]
    public async Task An_address_of_another_machine_is_named()
        => Assert.Contains("192.0.2.1", await FailureAsync(Options with { Listen = [IPEndPoint.Parse("192.0.2.1:0")] }));

    [Fact]
    public async Task A_folder_that_is_a_file_is_named()
    {
        File.WriteAllText(_folder["data"], "");
        Assert.Contains(_folder["data"], await FailureAsync(Options));
    }

    [Fact]
    public async Task A_missing_certificate_is_named()
        => Assert.Contains("no.pem", await FailureAsync(Options with { Certificate = _folder["no.pem"], Key = _folder["no.key"] }));

    [Fact]
    public async Task A_key_of_another_certificate_is_refused()
    {
        var one = new DataDirectory(_folder["one"]);
        var two = new DataDirectory(_folder["two"]);
        foreach (var data in new[] { one, two })
        {
            data.Prepare();
            new ServerCertificate(Options, data, KeysOf.NewMaster(), TimeProvider.System).Refresh();
        }
        Assert.Contains("cannot be used", await FailureAsync(Options with { Certificate = one.ServerCertificate, Key = two.ServerKey }));
    }

    [Fact]
    public async Task A_database_that_does_not_answer_is_said()
        => Assert.Contains($"PostgreSQL {_folder.Path}:5432/ann cannot be used", await FailureAsync(Options with { Database = $"Host={_folder.Path};Username=ann;Password=secret" }));

    [Fact]
    public async Task A_damaged_database_is_named()
    {
        Directory.CreateDirectory(_folder["data"]);
        File.WriteAllText(Path.Combine(_folder["data"], "postern.db"), new string('x', 8192));
        Assert.Contains("postern.db", await FailureAsync(Options));
    }

    [Fact]
    public async Task A_lost_master_key_is_found_out_at_start()
    {
        await using (var server = await GatewayServer.StartAsync(Options, null, TestContext.Current.CancellationToken))
            await server.StopAsync();
        File.Delete(Path.Combine(_folder["data"], "master.key"));
        Assert.Contains("master.key", await FailureAsync(Options));
    }

    private static async Task<string> FailureAsync(ServerOptions options)
    {
        var error = await Assert.ThrowsAsync<StartupException>(() => GatewayServer.StartAsync(options, null, TestContext.Current.CancellationToken));
        Assert.DoesNotContain('\n', error.Message);
        Assert.DoesNotContain("secret", error.Message);
        return error.Message;
    }
}
