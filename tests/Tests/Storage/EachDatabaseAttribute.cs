using System.Reflection;
using Xunit.Sdk;
using Xunit.v3;

namespace Postern.Tests.Storage;

public enum DatabaseKind { Sqlite, Postgres }

/// <summary>
/// Runs a store's test on both databases:
/// <code>
/// [Theory, EachDatabase]
/// public async Task A_node_is_found_again(DatabaseKind kind)
/// {
///     await using var fixture = await DatabaseFixture.CreateAsync(kind);
///     var nodes = new NodeStore(fixture.Database, …);
/// </code>
/// </summary>
public sealed class EachDatabaseAttribute : DataAttribute
{
    public override ValueTask<IReadOnlyCollection<ITheoryDataRow>> GetData(MethodInfo testMethod, DisposalTracker disposalTracker)
        => new([new TheoryDataRow<DatabaseKind>(DatabaseKind.Sqlite), new TheoryDataRow<DatabaseKind>(DatabaseKind.Postgres)]);

    public override bool SupportsDiscoveryEnumeration() => true;
}
