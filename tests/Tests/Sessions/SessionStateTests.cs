using Postern.Server.Sessions;
using Postern.Tests.Storage;
using static Postern.Server.Sessions.SessionState;

namespace Postern.Tests.Sessions;

public sealed class SessionStateTests
{
    private static readonly (SessionState From, SessionState To)[] Legal =
    [
        (Connecting, Connected), (Connecting, Terminating), (Connecting, Terminated), (Connecting, Failed),
        (Connected, Disconnected), (Connected, Terminating), (Connected, Terminated), (Connected, Failed),
        (Disconnected, Connected), (Disconnected, Terminating), (Disconnected, Terminated), (Disconnected, Failed),
        (Terminating, Terminated), (Terminating, Failed),
    ];

    [Theory, EachDatabase]
    public async Task Every_pair_of_states_is_either_legal_and_taken_or_refused_and_changes_nothing(DatabaseKind kind)
    {
        await using var fixture = await DatabaseFixture.CreateAsync(kind);
        var store = new SessionStore(fixture.Database, TimeProvider.System);
        foreach (var from in Enum.GetValues<SessionState>())
            foreach (var to in Enum.GetValues<SessionState>())
            {
                var id = await SessionRows.InsertAsync(fixture.Database, store, from);
                if (Legal.Contains((from, to)))
                {
                    Assert.True(await store.ChangeStateAsync(id, from, to, "why", null, null, null, default), $"{from} to {to}");
                    Assert.Equal(to, (await store.FindAsync(id, default))!.Status);
                }
                else
                {
                    await Assert.ThrowsAsync<InvalidOperationException>(() => store.ChangeStateAsync(id, from, to, "why", null, null, null, default));
                    Assert.Equal(from, (await store.FindAsync(id, default))!.Status);
                }
            }
    }

    [Theory, EachDatabase]
    public async Task A_change_from_a_state_the_session_is_not_in_changes_nothing(DatabaseKind kind)
    {
        await using var fixture = await DatabaseFixture.CreateAsync(kind);
        var store = new SessionStore(fixture.Database, TimeProvider.System);
        foreach (var actual in Enum.GetValues<SessionState>())
            foreach (var (from, to) in Legal.Where(pair => pair.From != actual))
            {
                var id = await SessionRows.InsertAsync(fixture.Database, store, actual);
                Assert.False(await store.ChangeStateAsync(id, from, to, null, null, null, null, default));
                Assert.Equal(actual, (await store.FindAsync(id, default))!.Status);
            }
    }

    [Theory, EachDatabase]
    public async Task Of_many_who_end_a_session_at_once_one_succeeds(DatabaseKind kind)
    {
        await using var fixture = await DatabaseFixture.CreateAsync(kind);
        var store = new SessionStore(fixture.Database, TimeProvider.System);
        var id = await SessionRows.InsertAsync(fixture.Database, store, Connected);

        var results = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => Task.Run(() => store.ChangeStateAsync(id, Connected, Failed, $"reason {i}", $"reason {i}", null, null, default))));

        var winner = Assert.Single(results.Index(), result => result.Item);
        var row = await store.FindAsync(id, default);
        Assert.Equal(($"reason {winner.Index}", true), (row!.Details, row.EndedAt is not null));
    }
}
