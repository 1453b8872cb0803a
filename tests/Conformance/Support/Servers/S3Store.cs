using System.Text.RegularExpressions;

namespace Postern.Conformance.Support.Servers;

/// <summary>A store that speaks S3 and was written by others (npm's s3rver), on a folder and a port of its own; it can be stopped and started again.</summary>
internal sealed partial class S3Store : IAsyncDisposable
{
    /// <summary>Its only keys.</summary>
    public const string Key = "S3RVER";

    private readonly string _modules;
    private readonly string[] _buckets;
    private Child? _process;

    private S3Store(string modules, string folder, string[] buckets) => (_modules, Folder, _buckets) = (modules, folder, buckets);

    public string Folder { get; }
    public int Port { get; } = FreePort.Take();
    public string Endpoint => $"http://127.0.0.1:{Port}";

    /// <summary>A file as --aws-credentials wants it.</summary>
    public string CredentialsFile { get; private set; } = "";

    /// <summary>Not running yet. Skips the test when npm or the package is not to be had.</summary>
    public static async Task<S3Store> CreateAsync(params string[] buckets)
    {
        Repository.Require("node");
        var modules = await NpmPackages.InstallAsync("s3rver@3.7.1");
        Assert.SkipWhen(modules is null, "npm cannot install s3rver here");
        var folder = Repository.MakeFolder("s3");
        var store = new S3Store(modules, Path.Combine(folder, "objects"), buckets) { CredentialsFile = Path.Combine(folder, "credentials") };
        Directory.CreateDirectory(store.Folder);
        await File.WriteAllTextAsync(store.CredentialsFile, $"[default]\naws_access_key_id = {Key}\naws_secret_access_key = {Key}\n");
        return store;
    }

    public async Task StartAsync()
    {
        _process = Child.Start(new Command(Repository.Require("node"), [Repository.Script("s3_store.js"), $"{Port}", Folder, .. _buckets])
        {
            Environment = new Dictionary<string, string?> { ["NODE_PATH"] = _modules },
        });
        await _process.Output.WaitForAsync(Ready());
    }

    public async Task StopAsync()
    {
        if (_process is not null)
            await _process.DisposeAsync();
        _process = null;
    }

    /// <summary>An object's bytes, by the AWS CLI; null as long as it is not there.</summary>
    public async Task<byte[]?> ReadAsync(string bucket, string key)
    {
        var file = Path.Combine(Path.GetDirectoryName(Folder)!, "read");
        var copied = await Child.RunAsync(new Command(AwsCli.Find(AwsCli.AnyVersion)!, "--endpoint-url", Endpoint, "--region", "us-east-1", "s3api", "get-object", "--bucket", bucket, "--key", key, file)
        {
            Environment = new Dictionary<string, string?> { ["AWS_ACCESS_KEY_ID"] = Key, ["AWS_SECRET_ACCESS_KEY"] = Key },
        });
        // The store shows an object before it has its bytes.
        return copied.ExitCode == 0 && new FileInfo(file).Length > 0 ? await File.ReadAllBytesAsync(file) : null;
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        Directory.Delete(Path.GetDirectoryName(Folder)!, recursive: true);
    }

    [GeneratedRegex("ready")]
    private static partial Regex Ready();
}
