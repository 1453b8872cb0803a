using Postern.Server.Storage;

namespace Postern.Tests.Nodes;

/// <summary>Tests that run on each database: a subclass says which.</summary>
public abstract class NodeTests : IAsyncLifetime
{
    private Database _database = null!;

    private protected NodeWorld World { get; private set; } = null!;

    internal abstract Task<Database> OpenDatabaseAsync();

    public async ValueTask InitializeAsync()
    {
        _database = await OpenDatabaseAsync();
        World = new NodeWorld(_database);
    }

    public async ValueTask DisposeAsync()
    {
        await _database.DisposeAsync();
        GC.SuppressFinalize(this);
    }
}
