using Microsoft.Extensions.DependencyInjection;
using Postern.Protocol.AwsJson;
using Postern.Server.Sessions;
using Postern.Server.Storage;
using Postern.Tests.Gateway;
using Postern.Tests.Support;

namespace Postern.Tests.Sessions;

/// <summary>What is kept of a session that AWS has no member for, and for how long.</summary>
public sealed class SessionHistoryTests : IAsyncLifetime
{
    private ServerHost _host = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _host = await ServerHost.StartAsync(options => options with { SessionDays = 7 });

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task What_passed_and_where_it_led_outlive_the_gateway()
    {
        using var node = await FakeNode.RegisterAsync(_host);
        string id;
        using (await node.OpenControlAsync())
        {
            var started = await _host.CreateApiClient().CallAsync(SsmOperations.StartSession, new StartSessionRequest
            {
                Target = node.Id,
                DocumentName = "AWS-StartPortForwardingSessionToRemoteHost",
                Parameters = new Dictionary<string, IReadOnlyList<string>> { ["host"] = ["db.internal"], ["portNumber"] = ["5432"], ["localPortNumber"] = ["7001"] },
            }, Cancel);
            id = started.SessionId!;
            using var agent = FakeEnd.Agent(await node.OpenDataAsync(id));
            using var client = FakeEnd.Client(await FakeNode.OpenClientAsync(_host, started.StreamUrl!, started.TokenValue!));
            await client.SendAsync(0, "hello");
            Assert.Equal("in 0", await agent.NextAsync());
            await agent.SendAsync(0, "hello yourself");
            Assert.Equal("hello yourself", (await client.ReceiveAsync()).Text);
            Assert.Equal((5, 14), Bytes(await DescribeAsync(id)));
        }
        await _host.RestartAsync();

        var found = await DescribeAsync(id);
        Assert.Equal((5, 14), Bytes(found));
        Assert.Equal(("127.0.0.1", "db.internal", 5432, "Port", _host.Administrator.AccessKeyId), (found.SourceAddress, found.RemoteHost, found.RemotePort, found.SessionType, found.AccessKeyId));
        var session = _host.Services.GetRequiredService<LiveSessions>().Find(id)!;
        session.Passed(SessionSide.Client, 100); // goes on from there
        Assert.Equal((105, 14), Bytes(await DescribeAsync(id)));
        await session.PostAsync(new SessionEvent.Fail("It was enough."), Cancel);
        await session.Over.WaitAsync(Deadline, Cancel);
        found = await DescribeAsync(id);
        Assert.Equal((105, 14), Bytes(found));
        Assert.Equal(("Failed", "It was enough."), (found.Session!.Status, found.Session.Details));
    }

    [Fact]
    public async Task A_session_that_never_was_is_named()
    {
        var error = await Assert.ThrowsAsync<AwsErrorException>(() => DescribeAsync("admin-00000000000000000"));
        Assert.Equal("DoesNotExistException", error.Code);
        Assert.Contains("admin-00000000000000000", error.Message);
    }

    [Fact]
    public async Task History_is_removed_after_the_days_that_were_set_and_the_audit_log_says_so()
    {
        var (database, store) = (_host.Services.GetRequiredService<Database>(), _host.Services.GetRequiredService<SessionStore>());
        var (old, recent) = (await SessionRows.InsertAsync(database, store, SessionState.Terminated), await SessionRows.InsertAsync(database, store, SessionState.Terminated));
        await database.WriteAsync(connection => connection.ExecuteEachAsync("UPDATE sessions SET ended_at = @at WHERE id = @id",
            new[] { new { id = old, at = Ago(8) }, new { id = recent, at = Ago(6) } }, Cancel), Cancel);

        await _host.Services.GetServices<IHostedService>().OfType<SessionUpkeep>().Single().RemoveHistoryAsync(Cancel);

        Assert.Null(await store.FindAsync(old, Cancel));
        Assert.NotNull(await store.FindAsync(recent, Cancel));
        await _host.RestartAsync(); // which writes down what nobody waited for
        var told = await _host.CreateApiClient().CallAsync(CloudTrailOperations.LookupEvents,
            new LookupEventsRequest { LookupAttributes = [new LookupAttribute { AttributeKey = "EventName", AttributeValue = "SessionHistoryRemoved" }] }, Cancel);
        Assert.Contains("\"count\":\"1\"", Assert.Single(told.Events!).Record);
    }

    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);

    private static long Ago(int days) => DateTimeOffset.UtcNow.AddDays(-days).ToUnixTimeMilliseconds();

    private static (long, long) Bytes(DescribeSessionResponse session) => (session.BytesToNode, session.BytesToClient);

    private Task<DescribeSessionResponse> DescribeAsync(string id)
        => _host.CreateApiClient().CallAsync(SessionOperations.DescribeSession, new DescribeSessionRequest { SessionId = id }, Cancel);
}
