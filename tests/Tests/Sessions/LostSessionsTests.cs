using Microsoft.Extensions.Logging.Abstractions;
using Postern.Server.Audit;
using Postern.Server.Nodes;
using Postern.Server.Peers;
using Postern.Server.Sessions;
using Postern.Server.Settings;
using Postern.Server.Storage;
using Postern.Tests.Storage;
using Postern.Tests.Support;

namespace Postern.Tests.Sessions;

/// <summary>Sessions of a gateway that does not come back, over a real database.</summary>
public sealed class LostSessionsTests
{
    private const string Lost = "gateway-1", Reason = "It is gone.";
    private readonly ManualTime _time = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory, EachDatabase]
    public async Task Each_session_is_ended_by_one_of_the_survivors(DatabaseKind kind)
    {
        await using var fixture = await DatabaseFixture.CreateAsync(kind);
        await using var second = fixture.OpenAgain();
        SessionStore[] survivors = [new(fixture.Database, _time), new(second, _time)];
        var seen = await HeardOfAsync(fixture.Database);
        foreach (var state in SessionStates.Live)
            await SessionRows.InsertAsync(fixture.Database, survivors[0], state);
        var ended = await SessionRows.InsertAsync(fixture.Database, survivors[0], SessionState.Terminated);

        var claimed = await Task.WhenAll(survivors.Select(store => store.EndLostAsync(Lost, seen, Reason, 100, Cancel)));

        Assert.Equal(4, claimed.Sum(rows => rows.Count));
        Assert.Equal(4, claimed.SelectMany(rows => rows).Select(row => row.Id).Distinct().Count());
        Assert.All(claimed.SelectMany(rows => rows), row => Assert.Equal((SessionState.Failed, Reason, Reason, _time.GetUtcNow().ToUnixTimeMilliseconds()), (row.Status, row.Details, row.Output, row.EndedAt)));
        Assert.Equal(SessionState.Terminated, (await survivors[0].FindAsync(ended, Cancel))!.Status);
        Assert.Empty(await survivors[0].ListLiveAsync(Lost, Cancel)); // which it would take over when it comes back
    }

    [Theory, EachDatabase]
    public async Task A_gateway_that_was_heard_of_since_keeps_its_sessions(DatabaseKind kind)
    {
        await using var fixture = await DatabaseFixture.CreateAsync(kind);
        var store = new SessionStore(fixture.Database, _time);
        await SessionRows.InsertAsync(fixture.Database, store, SessionState.Connected);
        var seen = await HeardOfAsync(fixture.Database);
        _time.Advance(TimeSpan.FromSeconds(1));
        await HeardOfAsync(fixture.Database);
        Assert.Empty(await store.EndLostAsync(Lost, seen, Reason, 100, Cancel));
        Assert.Empty(await store.EndLostAsync(Lost, null, Reason, 100, Cancel)); // it is known
        Assert.Equal([Lost], await store.ListGatewaysAsync(Cancel));
        Assert.Single(await store.EndLostAsync(Lost, _time.GetUtcNow().ToUnixTimeMilliseconds(), Reason, 100, Cancel));
        Assert.Empty(await store.ListGatewaysAsync(Cancel));
    }

    [Fact]
    public async Task They_end_only_when_nobody_waits_for_them_any_more_with_name_time_and_an_entry_of_the_audit_log()
    {
        await using var fixture = await DatabaseFixture.CreateAsync(DatabaseKind.Postgres);
        var store = new SessionStore(fixture.Database, _time);
        var id = await SessionRows.InsertAsync(fixture.Database, store, SessionState.Connected);
        var other = new PeerRow { Name = Lost, SeenAt = await HeardOfAsync(fixture.Database) };
        var signs = new PeerSigns(_time);
        List<AuditEvent> recorded = [];
        var options = new ServerOptions { Name = "survivor" };
        var journal = new SessionJournal(recorded.Add, options, _time);
        var limits = new SessionLimits();
        await using var sessions = new LiveSessions(store, new NodeConnections(), limits, journal, _time, NullLogger<LiveSessions>.Instance, only: options.Name);
        using var shared = new SharedSessions(store, sessions, new NodeConnections(), journal, signs, fixture.Database, limits, options, _time, NullLogger<SharedSessions>.Instance);
        await shared.StartAsync(Cancel);

        while (_time.GetUtcNow().ToUnixTimeMilliseconds() - other.SeenAt < (limits.GatewayAway - TimeSpan.FromSeconds(10)).TotalMilliseconds)
        {
            signs.Look([other]);
            await StepAsync();
        }
        Assert.NotNull(signs.LostOf(Lost));
        Assert.Empty(recorded);
        Assert.Equal(SessionState.Connected, (await store.FindAsync(id, Cancel))!.Status);

        for (var tries = 0; (await store.FindAsync(id, Cancel))!.Status != SessionState.Failed && tries < 100; tries++)
        {
            signs.Look([other]);
            await StepAsync();
        }
        await shared.StopAsync(Cancel);
        var row = (await store.FindAsync(id, Cancel))!;
        Assert.Equal((SessionState.Failed, $"The gateway {Lost}, which ran this session, has not been heard of since 2026-03-01T12:00:00Z."), (row.Status, row.Details));
        var entry = Assert.Single(recorded);
        Assert.Equal(("SessionEnded", "SessionFailed", row.Details), (entry.Name, entry.ErrorCode, entry.ErrorMessage));

        async Task StepAsync()
        {
            await _time.WaitForTimerAsync(TimeSpan.FromSeconds(5));
            _time.Advance(TimeSpan.FromSeconds(5));
        }
    }

    [Fact]
    public async Task A_session_of_another_gateway_is_taken_over_only_to_end_it()
    {
        await using var fixture = await DatabaseFixture.CreateAsync(DatabaseKind.Sqlite);
        var store = new SessionStore(fixture.Database, _time);
        var id = await SessionRows.InsertAsync(fixture.Database, store, SessionState.Connected);
        await using var sessions = Sessions(store, only: "survivor");
        Assert.Null(await sessions.FindAsync(id, Cancel));
        Assert.True(sessions.IsElsewhere((await store.FindAsync(id, Cancel))!));
        Assert.NotNull(await sessions.FindToEndAsync(id, Cancel));
        await using var alone = Sessions(store, only: null);
        Assert.NotNull(await alone.FindAsync(id, Cancel));
    }

    [Fact]
    public async Task What_another_gateway_ended_is_noticed_by_the_one_that_runs_it()
    {
        await using var fixture = await DatabaseFixture.CreateAsync(DatabaseKind.Sqlite);
        var store = new SessionStore(fixture.Database, _time);
        await using var sessions = Sessions(store, only: Lost);
        List<LiveSession> live = [];
        foreach (var state in new[] { SessionState.Connected, SessionState.Connected, SessionState.Connected })
            live.Add((await sessions.FindAsync(await SessionRows.InsertAsync(fixture.Database, store, state), Cancel))!);
        foreach (var session in live)
            await session.DecidedAsync(Cancel); // that its client is not there
        Assert.True(await store.ChangeStateAsync(live[0].Id, SessionState.Disconnected, SessionState.Terminating, "Terminated by anna.", "by anna", null, null, Cancel));
        Assert.True(await store.ChangeStateAsync(live[1].Id, SessionState.Disconnected, SessionState.Failed, Reason, Reason, null, null, Cancel));

        await sessions.RecheckAsync(Lost, Cancel);

        Assert.Equal("by anna", (await live[0].Ending.WaitAsync(DataStream.Deadline.Time, Cancel)).Output);
        Assert.Equal(Reason, (await live[1].Ending.WaitAsync(DataStream.Deadline.Time, Cancel)).Output);
        await live[1].Over.WaitAsync(DataStream.Deadline.Time, Cancel);
        await live[2].DecidedAsync(Cancel);
        Assert.False(live[2].Ending.IsCompleted);
    }

    private LiveSessions Sessions(SessionStore store, string? only)
        => new(store, new NodeConnections(), new SessionLimits(), new SessionJournal(_ => { }, new ServerOptions(), _time), _time, NullLogger<LiveSessions>.Instance, only);

    private async Task<long> HeardOfAsync(Database database)
    {
        var now = _time.GetUtcNow().ToUnixTimeMilliseconds();
        await new PeerStore(database).SaveAsync(new PeerRow { Name = Lost, SeenAt = now }, Cancel);
        return now;
    }
}
