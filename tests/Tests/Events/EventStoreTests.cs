using Microsoft.Extensions.Logging.Abstractions;
using Postern.Protocol.AwsJson;
using Postern.Server.Events;
using Postern.Server.Events.Delivery;
using Postern.Server.Events.Endpoints;
using Postern.Server.Events.Rules;
using Postern.Server.Iam;
using Postern.Server.Nodes;
using Postern.Server.Peers;
using Postern.Server.Settings;
using Postern.Server.Storage;
using Postern.Tests.Storage;
using Postern.Tests.Support;

namespace Postern.Tests.Events;

/// <summary>The tables of events, on both databases.</summary>
public sealed class EventStoreTests
{
    private static readonly ServerOptions Options = new();
    private readonly ManualTime _time = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory, EachDatabase]
    public async Task An_entry_of_the_audit_log_becomes_an_event_once(DatabaseKind kind)
    {
        await using var fixture = await DatabaseFixture.CreateAsync(kind);
        var outbox = new EventOutbox(fixture.Database, Options, _time);
        Assert.Equal(7, await outbox.AppendAsync([(3, Happened("a")), (5, Happened("b"))], 7, Cancel));
        // Another gateway has read the same entries, and one more.
        await using var second = fixture.OpenAgain();
        Assert.Equal(8, await new EventOutbox(second, Options, _time).AppendAsync([(3, Happened("a")), (5, Happened("b")), (8, Happened("c"))], 8, Cancel));
        Assert.Equal(["a", "b", "c"], (await outbox.PageAsync(0, 10, Cancel)).Select(row => row.Id));
        Assert.Equal((8, 3), (await outbox.PositionAsync(EventOutbox.Audit, Cancel), await outbox.LastAsync(Cancel)));
    }

    [Theory, EachDatabase]
    public async Task Of_each_subject_only_the_first_is_due_and_the_dead_can_live_again(DatabaseKind kind)
    {
        await using var fixture = await DatabaseFixture.CreateAsync(kind);
        var (target, store) = await LaneAsync(fixture, "s-1", "s-1", "s-2", "", "");
        Assert.Equal([1, 3, 4, 5], (await store.DueAsync(target.Lane, 10, Cancel)).Select(one => one.Position));
        var due = await store.DueAsync(target.Lane, 10, Cancel);
        await store.SettleAsync(target, [new Settlement(due[0], Outcome.Later("busy"), _time.GetUtcNow().AddSeconds(5)), new Settlement(due[1], Outcome.Never("no"), null), new Settlement(due[2], Outcome.Taken, null)], Cancel);
        Assert.Equal([5], (await store.DueAsync(target.Lane, 10, Cancel)).Select(one => one.Position));
        _time.Advance(TimeSpan.FromSeconds(6));
        Assert.Equal((1, 1), ((int)(await store.DueAsync(target.Lane, 10, Cancel))[0].Position, (int)(await store.DueAsync(target.Lane, 10, Cancel))[0].Attempts));

        var dead = new DeadLetterStore(fixture.Database, _time);
        Assert.Equal("no", Assert.Single(await dead.FindAsync(new SqlConditions(), 10, 10_000, Cancel)).Error);
        var (count, lanes) = await dead.RedriveAsync(new SqlConditions(), Cancel);
        Assert.Equal((1, target.Lane), (count, Assert.Single(lanes)));
        Assert.Equal([1, 3, 5], (await store.DueAsync(target.Lane, 10, Cancel)).Select(one => one.Position));
        Assert.Equal(0, await store.BoundAsync(target, Cancel));
        Assert.Equal([target.Lane], await store.WaitingLanesAsync(Cancel));
        Assert.True(await store.NextDueAsync(target.Lane, Cancel) <= _time.GetUtcNow());
    }

    [Theory, EachDatabase]
    public async Task One_gateway_works_for_a_lane(DatabaseKind kind)
    {
        await using var fixture = await DatabaseFixture.CreateAsync(kind);
        var store = new DeliveryStore(fixture.Database, _time);
        Assert.True(await store.HoldAsync("lane", "one", TimeSpan.FromMinutes(1), Cancel));
        Assert.Equal(kind == DatabaseKind.Sqlite, await store.HoldAsync("lane", "two", TimeSpan.FromMinutes(1), Cancel));
        Assert.True(await store.HoldAsync("lane", "one", TimeSpan.FromMinutes(1), Cancel));
        _time.Advance(TimeSpan.FromMinutes(2));
        Assert.True(await store.HoldAsync("lane", "two", TimeSpan.FromMinutes(1), Cancel));
        await store.ReleaseAsync("two", Cancel);
        Assert.True(await store.HoldAsync("lane", "one", TimeSpan.FromMinutes(1), Cancel));
    }

    [Theory, EachDatabase]
    public async Task Rules_and_targets_are_kept_and_removed(DatabaseKind kind)
    {
        await using var fixture = await DatabaseFixture.CreateAsync(kind);
        var (target, store) = await LaneAsync(fixture, "s-1");
        var rules = new RuleStore(fixture.Database);
        Assert.False(await rules.PutAsync(Rule("r", RuleRow.Disabled), Cancel)); // not a new one
        Assert.Equal(RuleRow.Disabled, (await rules.FindAsync("r", Cancel))!.State);
        Assert.True(await rules.SetStateAsync("r", RuleRow.Enabled, Cancel));
        Assert.True(await rules.PutAsync(Rule("other"), Cancel));
        Assert.Equal(["r"], (await rules.PageAsync("r", "", 10, Cancel)).Select(rule => rule.Name));
        Assert.Equal(["r"], await rules.RuleNamesAsync(target.Arn, "", 10, Cancel));
        await Assert.ThrowsAsync<AwsErrorException>(() => rules.DeleteAsync("r", "EventRule", Cancel));
        await Assert.ThrowsAsync<AwsErrorException>(() => rules.PutTargetsAsync("gone", [target.Target], Cancel));
        var many = Enumerable.Range(0, RuleStore.MaxTargets).Select(i => target.Target with { Id = $"more-{i}" }).ToList();
        Assert.Equal("LimitExceededException", (await Assert.ThrowsAsync<AwsErrorException>(() => rules.PutTargetsAsync("r", many, Cancel))).Code);
        // The lane stays when a target is replaced, and what waits for it goes with it.
        await rules.PutTargetsAsync("r", [target.Target with { InputPath = "$.detail" }], Cancel);
        Assert.Equal(target.Lane, Assert.Single(await rules.TargetsAsync("r", Cancel)).Lane);
        Assert.Equal(["x"], await rules.RemoveTargetsAsync("r", ["t", "x"], Cancel));
        Assert.Empty(await store.DueAsync(target.Lane, 10, Cancel));
        Assert.True(await rules.DeleteAsync("r", "EventRule", Cancel));
    }

    [Theory, EachDatabase]
    public async Task Secrets_of_connections_are_sealed_and_sealed_anew(DatabaseKind kind)
    {
        await using var fixture = await DatabaseFixture.CreateAsync(kind);
        using var folder = new TempFolder();
        var master = MasterKey.LoadOrCreate(folder["master.key"]);
        var store = new EndpointStore(fixture.Database, master);
        var secrets = new ConnectionAuthParameters { ApiKeyAuthParameters = new ConnectionApiKey { ApiKeyName = "k", ApiKeyValue = "very secret" } };
        await store.AddAsync(new ConnectionRow { Name = "c", Id = "id", AuthorizationType = ConnectionRow.ApiKey, Parameters = "{}", SealedSecrets = store.Seal("id", secrets), Authorized = 1 }, Cancel);
        MasterKey.Rotate(folder["master.key"]);
        var later = new EndpointStore(fixture.Database, MasterKey.Load(folder["master.key"]));
        Assert.Equal(1, await later.CountEarlierAsync(Cancel));
        Assert.Equal(1, await later.ResealAsync(Cancel));
        Assert.Equal(0, await later.CountEarlierAsync(Cancel));
        Assert.Equal("very secret", later.Open((await later.FindConnectionAsync("c", Cancel))!).ApiKeyAuthParameters!.ApiKeyValue);
        Assert.DoesNotContain("very secret", System.Text.Encoding.Latin1.GetString((await later.FindConnectionAsync("c", Cancel))!.SealedSecrets));
    }

    [Theory, EachDatabase]
    public async Task A_node_is_told_of_once_it_came_and_once_it_stayed_away(DatabaseKind kind)
    {
        await using var fixture = await DatabaseFixture.CreateAsync(kind);
        var outbox = new EventOutbox(fixture.Database, Options, _time);
        await AddNodeAsync(fixture.Database, Options.Name, announced: 0);
        await HeardOfAsync(fixture.Database, Options.Name);
        using var announcer = new NodeAnnouncer(fixture.Database, outbox, new PeerSigns(_time), Options, _time, NullLogger<NodeAnnouncer>.Instance);
        var online = Assert.Single(await ToldAsync(outbox, announcer));
        Assert.Equal(("Node Online", "mi-1"), (online.DetailType, online.Subject));
        Assert.Contains("\"name\":\"web-1\"", online.Event);
        // Away for a moment: nothing. For longer: offline.
        await LeaveAsync(fixture.Database);
        _time.Advance(NodeAnnouncer.Away - TimeSpan.FromSeconds(1));
        Assert.Empty(await ToldAsync(outbox, announcer));
        await fixture.Database.ExecuteAsync("UPDATE nodes SET gateway = @Name", SqlParameters.Of(new { Options.Name }), Cancel);
        _time.Advance(TimeSpan.FromSeconds(2));
        Assert.Empty(await ToldAsync(outbox, announcer));
        var left = _time.GetUtcNow().ToUnixTimeMilliseconds();
        await LeaveAsync(fixture.Database);
        _time.Advance(NodeAnnouncer.Away);
        var offline = Assert.Single(await ToldAsync(outbox, announcer));
        Assert.Equal(("Node Offline", left), (offline.DetailType, offline.Time));
        Assert.Empty(await ToldAsync(outbox, announcer));
    }

    [Theory, EachDatabase]
    public async Task That_a_gateway_took_its_nodes_along_is_told_once_and_that_they_are_back_by_itself(DatabaseKind kind)
    {
        await using var fixture = await DatabaseFixture.CreateAsync(kind);
        await using var second = fixture.OpenAgain();
        var outbox = new EventOutbox(fixture.Database, Options, _time);
        var gateways = new PeerStore(fixture.Database);
        await AddNodeAsync(fixture.Database, "lost", announced: 1);
        await HeardOfAsync(fixture.Database, "lost");
        var heard = _time.GetUtcNow().ToUnixTimeMilliseconds();
        var signs = new PeerSigns(_time);
        using var one = new NodeAnnouncer(fixture.Database, outbox, signs, Options with { Name = "one" }, _time, NullLogger<NodeAnnouncer>.Instance);
        using var two = new NodeAnnouncer(second, new EventOutbox(second, Options, _time), signs, Options with { Name = "two" }, _time, NullLogger<NodeAnnouncer>.Instance);
        using var itself = new NodeAnnouncer(second, new EventOutbox(second, Options, _time), new PeerSigns(_time), Options with { Name = "lost" }, _time, NullLogger<NodeAnnouncer>.Instance);
        for (signs.Look(await gateways.ListOthersAsync("one", Cancel)); signs.LostOf("lost") is null; signs.Look(await gateways.ListOthersAsync("one", Cancel)))
        {
            Assert.Empty(await ToldAsync(outbox, one, two));
            _time.Advance(PeerUpkeep.Interval);
        }
        Assert.Equal(heard + (long)PeerUpkeep.Lifetime.TotalMilliseconds, _time.GetUtcNow().ToUnixTimeMilliseconds());

        var offline = Assert.Single(await ToldAsync(outbox, one, two));
        Assert.Equal(("Node Offline", heard), (offline.DetailType, offline.Time));
        // It was only asleep, with its nodes: it tells of them once it has said that it lives, and the others, who look a little later, do not contradict.
        if (kind == DatabaseKind.Postgres)
            Assert.Empty(await ToldAsync(outbox, one, two, itself));
        await HeardOfAsync(fixture.Database, "lost");
        Assert.Equal("Node Online", Assert.Single(await ToldAsync(outbox, one, itself, two)).DetailType);
        Assert.Empty(await ToldAsync(outbox, one, itself, two));
    }

    private Task<int> AddNodeAsync(Database database, string gateway, long announced) => database.ExecuteAsync(
        """
        INSERT INTO nodes (id, activation_id, iam_role, public_key, fingerprint, registered_at, state, name, gateway, connected_at, announced)
        VALUES ('mi-1', 'a', 'r', 'k', 'f', 1, 'Registered', 'web-1', @gateway, @now, @announced)
        """, SqlParameters.Of(new { gateway, announced, now = _time.GetUtcNow().ToUnixTimeMilliseconds() }), Cancel);

    /// <summary>A gateway announced itself.</summary>
    private Task HeardOfAsync(Database database, string name)
        => new PeerStore(database).SaveAsync(new PeerRow { Name = name, SeenAt = _time.GetUtcNow().ToUnixTimeMilliseconds() }, Cancel);

    private Task<int> LeaveAsync(Database database)
        => database.ExecuteAsync("UPDATE nodes SET gateway = NULL, disconnected_at = @now", SqlParameters.Of(new { now = _time.GetUtcNow().ToUnixTimeMilliseconds() }), Cancel);

    /// <summary>What gateways tell now, all at the same time.</summary>
    private static async Task<IReadOnlyList<EventRow>> ToldAsync(EventOutbox outbox, params NodeAnnouncer[] announcers)
    {
        var before = await outbox.LastAsync(Cancel);
        await Task.WhenAll(announcers.Select(announcer => announcer.AnnounceAsync(Cancel)));
        return await outbox.PageAsync(before, 10, Cancel);
    }

    /// <summary>A rule with one target for which events of these subjects wait.</summary>
    private async Task<(LaneTarget Target, DeliveryStore Store)> LaneAsync(DatabaseFixture fixture, params string[] subjects)
    {
        var outbox = new EventOutbox(fixture.Database, Options, _time);
        await outbox.AppendAsync([.. subjects.Select((subject, i) => Happened($"e-{i}") with { Subject = subject })], Cancel);
        var rules = new RuleStore(fixture.Database);
        Assert.True(await rules.PutAsync(Rule("r"), Cancel));
        await rules.PutTargetsAsync("r", [new EventTarget { Id = "t", Arn = "arn:aws:logs:us-east-1:000000000000:log-group:x" }], Cancel);
        var target = new LaneTarget(Assert.Single(await rules.TargetsAsync("r", Cancel)));
        var store = new DeliveryStore(fixture.Database, _time);
        await fixture.Database.WriteAsync(async connection =>
        {
            for (var i = 0; i < subjects.Length; i++)
                await store.AddAsync(connection, target.Lane, i + 1, subjects[i], Cancel);
            return true;
        }, Cancel);
        return (target, store);
    }

    private static RuleRow Rule(string name, string state = RuleRow.Enabled) => new() { Name = name, Pattern = """{"source":["x"]}""", State = state };

    private HappenedEvent Happened(string id) => new(id, "x", "y", _time.GetUtcNow(), "", [], "{}");
}
