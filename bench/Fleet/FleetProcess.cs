using System.Diagnostics;
using Postern.Bench.Processes;

namespace Postern.Bench.Fleet;

/// <summary>One process of the load generator, as seen by the one that started it. Ends when its standard input does.</summary>
internal sealed class FleetProcess : IAsyncDisposable
{
    private static readonly TimeSpan StopTime = TimeSpan.FromSeconds(20);

    private readonly Process _process;
    private readonly string _role;
    private readonly Task<string> _errors;

    private FleetProcess(Process process, string role) => (_process, _role, _errors) = (process, role, process.StandardError.ReadToEndAsync());

    public int Id => _process.Id;

    public static async Task<FleetProcess> StartAsync(string role, FleetPlace place)
    {
        var start = new Command(Environment.ProcessPath!, Path.ChangeExtension(typeof(FleetProcess).Assembly.Location, ".dll"), role).ToStartInfo();
        start.Environment["DOTNET_gcServer"] = "0";
        var child = new FleetProcess(Process.Start(start)!, role);
        await child.WriteAsync(FleetWire.Write(place));
        return child;
    }

    /// <exception cref="InvalidOperationException">The process could not do it, or has ended.</exception>
    public async Task<FleetAnswer> AskAsync(FleetCommand command, TimeSpan within, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(within);
        await WriteAsync(FleetWire.Write(command));
        try
        {
            var line = await _process.StandardOutput.ReadLineAsync(limit.Token)
                ?? throw new InvalidOperationException($"The process {_role} ended at '{command.Verb}': {await _errors}");
            var answer = FleetWire.Read<FleetAnswer>(line);
            return answer.Error is null ? answer : throw new InvalidOperationException($"{_role}, {command.Verb}: {answer.Error}");
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException($"{_role}, {command.Verb}: no answer within {within.TotalSeconds:F0} s");
        }
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            _process.StandardInput.Close();
            await _process.WaitForExitAsync().WaitAsync(StopTime);
        }
        catch (TimeoutException)
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync();
        }
        _process.Dispose();
    }

    private async Task WriteAsync(string line)
    {
        await _process.StandardInput.WriteLineAsync(line);
        await _process.StandardInput.FlushAsync();
    }
}
