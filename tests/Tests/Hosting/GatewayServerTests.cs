using Postern.Protocol.AwsJson;
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
}
