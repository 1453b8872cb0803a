using System.Diagnostics;
using Postern.Protocol.AwsJson;
using Postern.Server.Hosting;
using Postern.Server.Iam;
using Postern.Server.Settings;
using Postern.Tests.Storage;
using Postern.Tests.Support;

namespace Postern.Tests.Hosting;

public sealed class GatewayServerTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_empty_folder_becomes_a_gateway_whose_secrets_are_its_owners_alone()
    {
        await using var host = await ServerHost.StartAsync();
        foreach (var secret in new[] { "admin.env", "ca.key", "server.key", "master.key", "postern.db" })
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(host.DataFolder, secret)));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(host.DataFolder));
        var settings = await File.ReadAllLinesAsync(Path.Combine(host.DataFolder, "admin.env"), Cancel);
        Assert.Contains($"AWS_CA_BUNDLE={host.CaFile}", settings);
        Assert.Contains($"AWS_ENDPOINT_URL={host.Endpoint.GetLeftPart(UriPartial.Authority)}", settings);
        Assert.Contains("AWS_REGION=us-east-1", settings);
        Assert.Contains("AWS_DEFAULT_REGION=us-east-1", settings);
    }

    [Fact]
    public async Task A_restart_keeps_authority_keys_and_administrator()
    {
        await using var host = await ServerHost.StartAsync();
        var before = await Task.WhenAll(new[] { "ca.pem", "server.pem", "master.key", "admin.env" }.Select(name => File.ReadAllBytesAsync(Path.Combine(host.DataFolder, name), Cancel)));
        await host.RestartAsync();
        var after = await Task.WhenAll(new[] { "ca.pem", "server.pem", "master.key", "admin.env" }.Select(name => File.ReadAllBytesAsync(Path.Combine(host.DataFolder, name), Cancel)));
        Assert.Equal(before, after);
        var nodes = await host.CreateApiClient().CallAsync(SsmOperations.DescribeInstanceInformation, new(), Cancel);
        Assert.Empty(nodes.InstanceInformationList ?? []);
    }

    [Fact]
    public async Task Two_gateways_share_one_postgresql_and_its_administrator()
    {
        var database = await PostgresServer.CreateDatabaseAsync();
        await using var first = await ServerHost.StartAsync(options => options with { Database = database });
        using var folder = new TempFolder();
        File.Copy(Path.Combine(first.DataFolder, "master.key"), folder["master.key"]);
        await using var second = await GatewayServer.StartAsync(first.Options with { Data = folder.Path }, null, Cancel);
        Assert.False(File.Exists(folder["admin.env"]));
        using var http = new HttpClient(ServerHost.CreateHandler(folder["ca.pem"]));
        var client = new AwsJsonClient(http, second.Addresses[0], "us-east-1", () => first.Administrator, TimeProvider.System);
        await client.CallAsync(SsmOperations.DescribeInstanceInformation, new(), Cancel);
        await second.StopAsync();
    }

    [Fact]
    public async Task A_path_with_spaces_and_quotes_survives_the_shell()
    {
        using var folder = new TempFolder();
        var path = folder["admin.env"];
        var trust = folder["it's a ca.pem"];
        AdministratorFile.Write(path, new NewAccessKey("AKIAAAAAAAAAAAAAAAAA", "abc/+="), new ServerOptions(), new Uri("https://[::1]:8443"), trust);
        var start = new ProcessStartInfo("sh", ["-c", "set -a; . \"$0\"; env", path]) { RedirectStandardOutput = true };
        using var shell = Process.Start(start)!;
        var environment = (await shell.StandardOutput.ReadToEndAsync(Cancel)).Split('\n');
        Assert.Contains($"AWS_CA_BUNDLE={trust}", environment);
        Assert.Contains("AWS_SECRET_ACCESS_KEY=abc/+=", environment);
        Assert.Contains("AWS_ENDPOINT_URL=https://[::1]:8443", environment);
    }
}
