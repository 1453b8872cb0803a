using Postern.Tests.Support;

namespace Postern.Tests.Api;

/// <summary>One gateway for a class of tests that change nothing in it.</summary>
public sealed class SharedServer : IAsyncLifetime
{
    internal ServerHost Host { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Host = await ServerHost.StartAsync();

    public ValueTask DisposeAsync() => Host.DisposeAsync();
}
