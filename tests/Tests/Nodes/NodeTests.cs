using Postern.Tests.Storage;

namespace Postern.Tests.Nodes;

/// <summary>Tests that run on each database: a subclass for each says which.</summary>
public abstract class NodeTests(DatabaseKind kind) : IAsyncLifetime
{
    private DatabaseFixture _fixture = null!;

    private protected NodeWorld World { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        _fixture = await DatabaseFixture.CreateAsync(kind);
        World = new NodeWorld(_fixture.Database);
        await World.SeedAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _fixture.DisposeAsync();
        GC.SuppressFinalize(this);
    }
}
