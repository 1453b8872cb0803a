using System.Diagnostics;
using System.Text;
using Postern.Bench.Processes;
using Postern.Bench.Servers;

namespace Postern.Bench.Torture.Places;

/// <summary>`postern` in a process of its own, with a network of its own to the gateway.</summary>
internal sealed class ClientProcess : IAsyncDisposable
{
    private const int MostText = 64 * 1024;

    private readonly Process _process;
    private readonly StringBuilder _errors = new();

    private ClientProcess(string name, Network network, Command command, Gateway gateway)
    {
        (Name, Network) = (name, network);
        var environment = new Dictionary<string, string?>(gateway.Administrator) { ["AWS_ENDPOINT_URL"] = network.Endpoint };
        _process = Process.Start((command with { Environment = environment }).ToStartInfo())!;
        _process.ErrorDataReceived += (_, line) => Keep(line.Data);
        _process.BeginErrorReadLine();
    }

    public string Name { get; }
    public Network Network { get; }
    public int ProcessId => _process.Id;
    public bool Running => !_process.HasExited;
    public Stream Input => _process.StandardInput.BaseStream;
    public Stream Output => _process.StandardOutput.BaseStream;

    /// <summary>The person's side of its terminal, when it was started on one.</summary>
    public Stream? Screen { get; private init; }

    public string Errors
    {
        get
        {
            lock (_errors)
                return _errors.ToString();
        }
    }

    public static ClientProcess Start(Gateway gateway, string name, params string[] arguments) =>
        new(name, new Network(gateway.Port), new Command(Repository.Program("postern"), arguments), gateway);

    /// <summary>On a terminal of its own; what it says about its connection goes to <see cref="Errors"/> and not there.</summary>
    public static ClientProcess StartOnTerminal(Gateway gateway, string name, params string[] arguments)
    {
        var (screen, path) = Terminal.Open();
        var command = new Command(Repository.Program("postern"), arguments).Under("/bin/sh", "-c", "exec setsid --ctty \"$@\" <\"$0\" >\"$0\"", path);
        return new(name, new Network(gateway.Port), command, gateway) { Screen = screen };
    }

    public async ValueTask DisposeAsync()
    {
        if (Running)
        {
            _process.Kill();
            await _process.WaitForExitAsync();
        }
        if (Screen is not null)
            await Screen.DisposeAsync();
        _process.Dispose();
        await Network.DisposeAsync();
    }

    private void Keep(string? line)
    {
        lock (_errors)
        {
            if (_errors.Length < MostText)
                _errors.AppendLine(line);
        }
    }
}
