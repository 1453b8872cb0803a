using Postern.Protocol.Audit;
using Postern.Protocol.AwsJson;
using Postern.Server.Audit;
using Postern.Server.Hosting;
using Postern.Server.Recordings;
using Postern.Server.Storage;
using Postern.Tests.Support;

namespace Postern.Tests.Hosting;

public sealed class MasterKeyRotationTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Everything_goes_on_with_a_new_master_key_and_then_without_the_old_one()
    {
        await using var host = await ServerHost.StartAsync();
        var (master, authority) = (Path.Combine(host.DataFolder, "master.key"), await File.ReadAllBytesAsync(Path.Combine(host.DataFolder, "ca.pem"), Cancel));
        await CallAsync(host);
        var index = host.Services.GetRequiredService<RecordingKeys>().IndexKey;
        var old = await File.ReadAllBytesAsync(master, Cancel);

        Assert.Contains(MasterKeyRotation.ForgetVerb, await RunAsync(MasterKeyRotation.RotateVerb, host));
        var error = await Assert.ThrowsAsync<StartupException>(() => RunAsync(MasterKeyRotation.ForgetVerb, host));
        Assert.Contains("Start the gateway once", error.Message);

        await host.RestartAsync();
        await CallAsync(host);
        await RunAsync(MasterKeyRotation.ForgetVerb, host);
        Assert.Equal(32, new FileInfo(master).Length);
        Assert.NotEqual(old, await File.ReadAllBytesAsync(master, Cancel));

        await host.RestartAsync();
        await CallAsync(host);
        Assert.Equal(index, host.Services.GetRequiredService<RecordingKeys>().IndexKey);
        Assert.Equal(authority, await File.ReadAllBytesAsync(Path.Combine(host.DataFolder, "ca.pem"), Cancel));
        Assert.Null(await FaultAsync(host, AuditChain.KeysFrom(await File.ReadAllBytesAsync(master, Cancel))));
        Assert.NotNull(await FaultAsync(host, AuditChain.KeysFrom(old)));
    }

    [Fact]
    public async Task What_the_search_index_is_sealed_with_keeps_an_earlier_master_key_from_being_forgotten()
    {
        await using var host = await ServerHost.StartAsync();
        var database = host.Services.GetRequiredService<Postern.Server.Storage.Database>();
        var before = await SealedIndexKeyAsync();
        await RunAsync(MasterKeyRotation.RotateVerb, host);
        await host.RestartAsync();
        database = host.Services.GetRequiredService<Postern.Server.Storage.Database>();
        Assert.NotEqual(before, await SealedIndexKeyAsync());
        await database.ExecuteAsync("UPDATE recording_keys SET sealed_key = @before WHERE name = 'indexing'", SqlParameters.Of(new { before }), Cancel);
        Assert.Contains("keys of recordings", (await Assert.ThrowsAsync<StartupException>(() => RunAsync(MasterKeyRotation.ForgetVerb, host))).Message);

        async Task<byte[]> SealedIndexKeyAsync() => (await database.QueryAsync<byte[]>("SELECT sealed_key FROM recording_keys WHERE name = 'indexing'", null, Cancel))[0];
    }

    [Fact]
    public async Task The_authoritys_key_is_sealed_and_one_in_clear_is_sealed_at_the_next_start()
    {
        await using var host = await ServerHost.StartAsync();
        var path = Path.Combine(host.DataFolder, "ca.key");
        Assert.StartsWith("-----BEGIN POSTERN SEALED KEY-----", await File.ReadAllTextAsync(path, Cancel));
        var master = Postern.Server.Iam.MasterKey.Load(Path.Combine(host.DataFolder, "master.key"));
        var clear = new SealedKeyFile(new Postern.Server.Iam.Sealer(master, SealedKeyFile.Purpose), path).Read();
        Assert.StartsWith("-----BEGIN PRIVATE KEY-----", clear);
        await File.WriteAllTextAsync(path, clear, Cancel);
        await host.RestartAsync();
        Assert.StartsWith("-----BEGIN POSTERN SEALED KEY-----", await File.ReadAllTextAsync(path, Cancel));
        await CallAsync(host);
    }

    [Fact]
    public async Task A_key_that_does_not_stand_in_a_file_is_the_operators_to_change()
    {
        await using var host = await ServerHost.StartAsync();
        var error = await Assert.ThrowsAsync<StartupException>(() => MasterKeyRotation.RunAsync(
            MasterKeyRotation.RotateVerb, host.Options, name => name == "POSTERN_MASTER_KEY" ? new string('a', 64) : null, Cancel));
        Assert.Contains("POSTERN_MASTER_KEY", error.Message);
        Assert.DoesNotContain(new string('a', 64), error.Message);
    }

    private static Task<string> RunAsync(string verb, ServerHost host) => MasterKeyRotation.RunAsync(verb, host.Options, _ => null, Cancel);

    private static async Task CallAsync(ServerHost host) => await host.CreateApiClient().CallAsync(SsmOperations.DescribeInstanceInformation, new(), Cancel);

    private static async Task<string?> FaultAsync(ServerHost host, IReadOnlyList<byte[]> keys)
    {
        var store = host.Services.GetRequiredService<AuditStore>();
        var verifier = new AuditVerifier(await store.FindMarkAsync(AuditMark.Base, Cancel), keys);
        foreach (var entry in await store.PageAsync(0, 10_000, Cancel))
            if (verifier.Add(entry) is { } fault)
                return fault;
        return verifier.Finish(await store.FindMarkAsync(AuditMark.Head, Cancel));
    }
}
