using Postern.Protocol.AwsJson;
using Postern.Server.Api;
using Postern.Server.Sessions;
using Postern.Server.Storage;
using Postern.Tests.Storage;
using static Postern.Tests.Nodes.NodeWorld;

namespace Postern.Tests.Sessions;

public sealed class DescribeSessionsTests
{
    private static readonly DateTimeOffset Start = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    [Theory, EachDatabase]
    public async Task Pages_show_every_session_once_newest_first_though_some_started_together(DatabaseKind kind)
    {
        await using var fixture = await DatabaseFixture.CreateAsync(kind);
        var describe = new DescribeSessions(new SessionStore(fixture.Database, TimeProvider.System));
        for (var i = 0; i < 25; i++)
            await InsertAsync(fixture.Database, started: Start.AddSeconds(i / 3));

        var seen = new List<Session>();
        string? token = null;
        do
        {
            var page = await describe.HandleAsync(new DescribeSessionsRequest { State = "Active", MaxResults = 4, NextToken = token }, Admin, default);
            Assert.InRange(page.Sessions!.Count, 1, 4);
            seen.AddRange(page.Sessions);
            token = page.NextToken;
        }
        while (token is not null);

        Assert.Equal(25, seen.Select(session => session.SessionId).Distinct().Count());
        Assert.Equal(seen.Select(session => session.StartDate).OrderDescending(), seen.Select(session => session.StartDate));
    }

    [Theory]
    [InlineData("Target", "mi-other")]
    [InlineData("Owner", "arn:aws:iam::000000000000:user/other")]
    [InlineData("Status", "Connected")]
    [InlineData("SessionId", "the-one")]
    [InlineData("AccessType", "JustInTime")]
    [InlineData("InvokedAfter", "2026-03-01T12:00:30Z")]
    [InlineData("InvokedBefore", "2026-03-01T11:59:30Z")]
    public async Task A_filter_shows_what_matches_and_nothing_else(string key, string value)
    {
        await using var fixture = await DatabaseFixture.CreateAsync(DatabaseKind.Sqlite);
        await InsertAsync(fixture.Database);
        await InsertAsync(fixture.Database, row =>
        {
            switch (key)
            {
                case "Target": row.NodeId = value; break;
                case "Owner": row.OwnerArn = value; break;
                case "Status": row.State = value; break;
                case "SessionId": row.Id = value; break;
                case "AccessType": row.AccessType = value; break;
                case "InvokedAfter": row.StartedAt += 60_000; break;
                case "InvokedBefore": row.StartedAt -= 60_000; break;
            }
            row.Reason = "the one";
        });
        var describe = new DescribeSessions(new SessionStore(fixture.Database, TimeProvider.System));
        var page = await describe.HandleAsync(new DescribeSessionsRequest { State = "Active", Filters = [new SessionFilter { Key = key, Value = value }] }, Admin, default);
        Assert.Equal("the one", Assert.Single(page.Sessions!).Reason);
        Assert.Null(page.NextToken);
    }

    [Theory]
    [InlineData(null, null, null, null, "ValidationException")]
    [InlineData("Ended", null, null, null, "ValidationException")]
    [InlineData("Active", "Colour", "red", null, "InvalidFilterKey")]
    [InlineData("Active", "Status", "Sleeping", null, "ValidationException")]
    [InlineData("Active", "InvokedAfter", "yesterday", null, "ValidationException")]
    [InlineData("Active", "Target", "", null, "ValidationException")]
    [InlineData("Active", null, null, "nonsense", "InvalidNextToken")]
    public async Task A_request_that_makes_no_sense_is_refused(string? state, string? key, string? value, string? token, string code)
    {
        await using var fixture = await DatabaseFixture.CreateAsync(DatabaseKind.Sqlite);
        var describe = new DescribeSessions(new SessionStore(fixture.Database, TimeProvider.System));
        IReadOnlyList<SessionFilter>? filters = key is null ? null : [new SessionFilter { Key = key, Value = value }];
        var error = await Assert.ThrowsAsync<AwsErrorException>(() => describe.HandleAsync(
            new DescribeSessionsRequest { State = state, Filters = filters, NextToken = token }, Admin, default));
        Assert.Equal(code, error.Code);
    }

    [Theory, EachDatabase]
    public async Task A_token_that_was_made_up_or_is_of_another_list_is_refused(DatabaseKind kind)
    {
        await using var fixture = await DatabaseFixture.CreateAsync(kind);
        var describe = new DescribeSessions(new SessionStore(fixture.Database, TimeProvider.System));
        for (var i = 0; i < 3; i++)
            await InsertAsync(fixture.Database, row => row.NodeId = "mi-one");
        await InsertAsync(fixture.Database, row => row.NodeId = "mi-two", Start.AddDays(-1));
        var first = new DescribeSessionsRequest { State = "Active", MaxResults = 1, Filters = [new SessionFilter { Key = "Target", Value = "mi-one" }] };
        var token = (await describe.HandleAsync(first, Admin, default)).NextToken!;

        // Of another list.
        await RefusedAsync("InvalidNextToken", () => describe.HandleAsync(first with { Filters = [new SessionFilter { Key = "Target", Value = "mi-two" }], NextToken = token }, Admin, default));
        await RefusedAsync("InvalidNextToken", () => describe.HandleAsync(first with { Filters = null, NextToken = token }, Admin, default));
        await RefusedAsync("InvalidNextToken", () => describe.HandleAsync(first with { State = "History", NextToken = token }, Admin, default));
        // Made up by somebody who knows how they are made.
        var scope = PageToken.Scope("DescribeSessions", [("State", ["Active"]), ("Target", ["mi-one"])]);
        foreach (var position in new[] { "x", "1", ":", "1:", "x:admin-1", "-1:admin-1", "99999999999999999999:admin-1", "1:admin-1\0", "1:' OR 1 = 1 --", $"1:{new string('a', 97)}", "1:ä" })
            await RefusedAsync("InvalidNextToken", () => describe.HandleAsync(first with { NextToken = PageToken.Write(scope, position) }, Admin, default));
        // One that could be real shows what the filters leave, and nothing else.
        var page = await describe.HandleAsync(first with { MaxResults = 50, NextToken = PageToken.Write(scope, $"{long.MaxValue}:zzz") }, Admin, default);
        Assert.Equal(3, page.Sessions!.Count);
        Assert.All(page.Sessions!, session => Assert.Equal("mi-one", session.Target));
    }

    [Theory, EachDatabase]
    public async Task Old_history_is_removed_and_live_sessions_are_not(DatabaseKind kind)
    {
        await using var fixture = await DatabaseFixture.CreateAsync(kind);
        var store = new SessionStore(fixture.Database, TimeProvider.System);
        var ended = await SessionRows.InsertAsync(fixture.Database, store, SessionState.Failed);
        var live = await SessionRows.InsertAsync(fixture.Database, store, SessionState.Disconnected);
        Assert.Equal(1, await store.DeleteEndedBeforeAsync(Start, default));
        Assert.Null(await store.FindAsync(ended, default));
        Assert.NotNull(await store.FindAsync(live, default));
    }

    private static Task InsertAsync(Database database, Action<SessionRow>? change = null, DateTimeOffset? started = null)
    {
        var row = SessionRows.New(started: started ?? Start);
        change?.Invoke(row);
        return new SessionStore(database, TimeProvider.System).InsertAsync(row, "hash", Start, 0, default);
    }
}
