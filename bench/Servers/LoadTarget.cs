using Postern.Bench.Processes;

namespace Postern.Bench.Servers;

/// <summary>The load server in its process.</summary>
internal sealed class LoadTarget : IAsyncDisposable
{
    private static readonly TimeSpan StartTime = TimeSpan.FromSeconds(15);

    private readonly Child _process;

    private LoadTarget(int port, Child process) => (Port, _process) = (port, process);

    public int Port { get; }

    public static async Task<LoadTarget> StartAsync(CancellationToken cancellationToken)
    {
        var process = Child.Start(new(Environment.ProcessPath!, typeof(LoadTarget).Assembly.Location, "serve"));
        try
        {
            await process.SaysAsync(text => text.EndsWith('\n'), "telling its port", StartTime, cancellationToken);
            return new(int.Parse(process.Output), process);
        }
        catch
        {
            await process.DisposeAsync();
            throw;
        }
    }

    public ValueTask DisposeAsync() => _process.DisposeAsync();
}
