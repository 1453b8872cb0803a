using System.Text.RegularExpressions;

namespace Postern.Conformance.Support;

/// <summary>A running gateway with a data folder and a port of its own.</summary>
internal sealed partial class Gateway : IAsyncDisposable
{
    /// <summary>Stands for the gateway's port in its options.</summary>
    public const string PortPlace = "{port}";

    private static readonly TimeSpan StopTime = TimeSpan.FromSeconds(30);
    private readonly string[] _options;
    private readonly Func<Command, string, Command> _under;
    private Child? _process;

    private Gateway(string folder, int port, string[] options, Func<Command, string, Command> under)
    {
        _under = under;
        Folder = folder;
        Port = port;
        _options = options;
    }

    public string Folder { get; }
    public int Port { get; }
    public string Endpoint => $"https://127.0.0.1:{Port}";
    public string CaFile => Path.Combine(Folder, "ca.pem");
    public int ProcessId => _process?.Id ?? throw new InvalidOperationException("The gateway is stopped.");

    /// <summary>The first administrator's environment, as `set -a; . admin.env` gives it to a person.</summary>
    public IReadOnlyDictionary<string, string?> Administrator { get; private set; } = new Dictionary<string, string?>();

    public SignedApi Api { get; private set; } = null!;

    /// <summary>All it wrote since its last start.</summary>
    public string Log => _process is null ? "" : _process.Output.Text + _process.Errors.Text;

    public static Task<Gateway> StartAsync(params string[] options) => StartUnderAsync((command, _) => command, options);

    /// <param name="under">Its command and its data folder to the command that starts it; the process must stay the same.</param>
    /// <param name="options">Of the gateway.</param>
    public static async Task<Gateway> StartUnderAsync(Func<Command, string, Command> under, params string[] options)
    {
        var gateway = new Gateway(Path.Combine(Repository.MakeFolder("gateway"), "data"), FreePort.Take(), options, under);
        Directory.CreateDirectory(gateway.Folder);
        await gateway.StartAgainAsync();
        gateway.Administrator = ReadEnvironment(await File.ReadAllTextAsync(Path.Combine(gateway.Folder, "admin.env")));
        gateway.Api = new SignedApi(gateway);
        return gateway;
    }

    /// <summary>Another gateway on the database of a first one, with its master key and a data folder of its own. The administrator is the same.</summary>
    public static async Task<Gateway> StartBesideAsync(Gateway first, params string[] options)
    {
        var gateway = new Gateway(Path.Combine(Repository.MakeFolder("gateway"), "data"), FreePort.Take(), options, (command, _) => command);
        Directory.CreateDirectory(gateway.Folder);
        File.Copy(Path.Combine(first.Folder, "master.key"), Path.Combine(gateway.Folder, "master.key"));
        await gateway.StartAgainAsync();
        gateway.Administrator = new Dictionary<string, string?>(first.Administrator) { ["AWS_ENDPOINT_URL"] = gateway.Endpoint, ["AWS_CA_BUNDLE"] = gateway.CaFile };
        gateway.Api = new SignedApi(gateway);
        return gateway;
    }

    public async Task StartAgainAsync()
    {
        _process = Child.Start(_under(new(Repository.Program("postern-server"), ["--data", Folder, "--listen", $"127.0.0.1:{Port}", .. _options.Select(option => option.Replace(PortPlace, $"{Port}"))]), Folder));
        try
        {
            await _process.Output.WaitForAsync(ReadyLine());
        }
        catch (Exception failure)
        {
            throw new InvalidOperationException($"The gateway did not start: {failure.Message}\n{_process.Errors.Text}", failure);
        }
    }

    /// <summary>Asks it to end and returns its exit code.</summary>
    public async Task<int> StopAsync()
    {
        var process = _process ?? throw new InvalidOperationException("The gateway is stopped.");
        process.Signal(Native.SigTerm);
        var exitCode = await process.ExitAsync(StopTime);
        await process.DisposeAsync();
        _process = null;
        return exitCode;
    }

    public async Task KillAsync()
    {
        var process = _process ?? throw new InvalidOperationException("The gateway is stopped.");
        process.Signal(Native.SigKill);
        await process.ExitAsync(StopTime);
        await process.DisposeAsync();
        _process = null;
    }

    public async ValueTask DisposeAsync()
    {
        Repository.KeepLog($"gateway-{Port}", Log);
        if (_process is not null)
            await StopAsync();
        Api?.Dispose();
        Directory.Delete(Path.GetDirectoryName(Folder)!, recursive: true);
    }

    private static Dictionary<string, string?> ReadEnvironment(string text) =>
        AssignmentLine().Matches(text).ToDictionary(line => line.Groups["name"].Value, line => (string?)line.Groups["value"].Value.Trim('\'', '"'));

    [GeneratedRegex(@"^.*(ready|listening).*$", RegexOptions.IgnoreCase | RegexOptions.Multiline)]
    private static partial Regex ReadyLine();

    [GeneratedRegex(@"^(?<name>[A-Z_]+)=(?<value>.*)$", RegexOptions.Multiline)]
    private static partial Regex AssignmentLine();
}
