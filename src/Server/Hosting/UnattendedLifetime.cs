namespace Postern.Server.Hosting;

/// <summary>Leaves signals to the program: a gateway inside a test must not catch the test runner's.</summary>
internal sealed class UnattendedLifetime : IHostLifetime
{
    public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
