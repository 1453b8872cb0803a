using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using Postern.Protocol.AwsJson;
using Postern.Server.Audit;
using Postern.Server.Settings;
using Postern.Tests.Storage;

namespace Postern.Tests.Audit;

/// <summary>The queue before the table: batches, failures, what is written of an event.</summary>
public sealed class AuditLogTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory, EachDatabase]
    public async Task Many_callers_at_once_get_one_unbroken_chain(DatabaseKind kind)
    {
        await using var world = await AuditWorld.CreateAsync(kind);
        await Task.WhenAll(Enumerable.Range(0, 500).Select(i => Task.Run(() => world.Log.RecordAsync(AuditWorld.Event($"Event{i}")), Cancel)));
        Assert.Equal(500, (await world.Store.PageAsync(0, 1000, Cancel)).Count);
        Assert.Null(await world.VerifyAsync());
    }

    [Theory, EachDatabase]
    public async Task Two_gateways_over_one_database_write_one_chain(DatabaseKind kind)
    {
        await using var world = await AuditWorld.CreateAsync(kind);
        var second = new AuditLog(world.Store, new AuditWitness(world.WitnessFile + "2"), new ServerOptions(), world.Time, NullLogger<AuditLog>.Instance);
        await second.StartAsync(Cancel);
        await Task.WhenAll(Enumerable.Range(0, 100).Select(i => (i % 2 == 0 ? world.Log : second).RecordAsync(AuditWorld.Event($"Event{i}"))));
        await second.StopAsync(Cancel);
        Assert.Equal(100, (await world.Store.PageAsync(0, 1000, Cancel)).Count);
        Assert.Null(await world.VerifyAsync());
    }

    [Fact]
    public async Task While_nothing_can_be_written_calls_are_refused_and_nothing_is_lost()
    {
        await using var world = await AuditWorld.CreateAsync();
        await world.RecordAsync(1);
        await world.ExecuteAsync("ALTER TABLE audit_log RENAME TO audit_log_away");
        var refused = await Assert.ThrowsAsync<AwsErrorException>(() => world.Log.RecordAsync(AuditWorld.Event("DuringFailure")));
        Assert.Equal((503, "ServiceUnavailable"), (refused.Status, refused.Code));
        Assert.Equal(503, Assert.Throws<AwsErrorException>(world.Log.RequireWritable).Status);
        await world.ExecuteAsync("ALTER TABLE audit_log_away RENAME TO audit_log");
        await world.Time.WaitForTimerAsync(TimeSpan.FromSeconds(1));
        var next = world.Log.RecordAsync(AuditWorld.Event("Afterwards"));
        world.Time.Advance(TimeSpan.FromSeconds(1));
        await next;
        world.Log.RequireWritable();
        Assert.Equal(["Event1", "DuringFailure", "Afterwards"], (await world.Store.PageAsync(0, 10, Cancel)).Select(entry => entry.EventName));
        Assert.Null(await world.VerifyAsync());
    }

    [Fact]
    public async Task The_queue_is_bounded_and_what_found_no_room_is_counted()
    {
        await using var world = await AuditWorld.CreateAsync();
        await world.ExecuteAsync("ALTER TABLE audit_log RENAME TO audit_log_away");
        world.Log.Record(AuditWorld.Event("SessionEvent"));
        await world.Time.WaitForTimerAsync(TimeSpan.FromSeconds(1)); // it could not be written and will be tried again
        for (var i = 1; i < (2 * AuditLog.MaxWaiting) + 5; i++)
            world.Log.Record(AuditWorld.Event("SessionEvent"));
        await Assert.ThrowsAsync<AwsErrorException>(() => world.Log.RecordAsync(AuditWorld.Event("Call")));
        await world.ExecuteAsync("ALTER TABLE audit_log_away RENAME TO audit_log");
        world.Time.Advance(TimeSpan.FromSeconds(1));
        await world.Log.StopAsync(Cancel);
        var written = await world.Store.PageAsync(0, 100_000, Cancel);
        Assert.Equal(2 * AuditLog.MaxWaiting, written.Count(entry => entry.EventName == "SessionEvent"));
        Assert.Contains("5 events found no room", Assert.Single(written, entry => entry.EventName == "AuditEntriesLost").Record);
    }

    [Fact]
    public async Task A_record_is_one_of_CloudTrail_and_bounded()
    {
        await using var world = await AuditWorld.CreateAsync();
        await world.Log.RecordAsync(AuditWorld.Event("StartSession", "AccessDeniedException", user: "a\nb" + new string('x', 5000)) with
        {
            UserAgent = new string('u', 10_000),
            RequestParameters = $$"""{"reason":"{{new string('r', 20_000)}}"}""",
            Details = [new("decidedBy", "statement Own of inline policy own of user alice")],
        });
        var entry = (await world.Store.PageAsync(0, 1, Cancel)).Single();
        Assert.DoesNotContain('\n', entry.UserName);
        Assert.True(entry.Record.Length < 10_000);
        var record = JsonDocument.Parse(entry.Record).RootElement;
        Assert.Equal(("StartSession", "ssm.amazonaws.com", "AccessDeniedException", "2026-03-01T12:00:00Z", "192.0.2.7"),
            (Text("eventName"), Text("eventSource"), Text("errorCode"), Text("eventTime"), Text("sourceIPAddress")));
        Assert.Equal(entry.EventId, Text("eventID"));
        Assert.StartsWith("left out", Text("requestParameters"));
        Assert.Equal("statement Own of inline policy own of user alice", record.GetProperty("additionalEventData").GetProperty("decidedBy").GetString());
        Assert.Equal(JsonValueKind.Null, record.GetProperty("responseElements").ValueKind);

        string? Text(string member) => record.GetProperty(member).GetString();
    }

    [Theory]
    [InlineData("""{"Target":"mi-1","Parameters":{"host":["db"],"portNumber":["5432"],"command":["mysql -phunter2"]}}""", """{"target":"mi-1","parameters":{"host":["db"],"portNumber":["5432"]}}""")]
    [InlineData("""{"ActivationId":"a","ActivationCode":"hunter2","PublicKey":"k","Fingerprint":"f"}""", """{"activationId":"a"}""")]
    [InlineData("""{"Name":"D","Content":"hunter2","TokenValue":"hunter2","NextToken":"t"}""", """{"name":"D"}""")]
    [InlineData("""{"secretaccesskey":"hunter2"}""", null)]
    [InlineData("not json", null)]
    [InlineData("[1]", null)]
    public void Only_members_declared_harmless_are_recorded(string body, string? recorded)
        => Assert.Equal(recorded, RecordedFields.OfRequest(System.Text.Encoding.UTF8.GetBytes(body)));

    [Fact]
    public void Of_forms_and_answers_too()
    {
        Assert.Equal("""{"userName":"bob","tags.member.1.Key":"team"}""", RecordedFields.OfForm(new Dictionary<string, string>
        {
            ["Action"] = "CreateUser",
            ["UserName"] = "bob",
            ["Tags.member.1.Key"] = "team",
            ["Password"] = "hunter2",
            ["ExternalId"] = "hunter2",
            ["TokenCode"] = "1",
        }));
        Assert.Equal("""{"sessionId":"bob-1"}""", RecordedFields.OfAnswer("""{"SessionId":"bob-1","TokenValue":"hunter2","StreamUrl":"wss://x"}"""u8.ToArray()));
    }
}
