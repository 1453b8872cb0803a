using Postern.Protocol.AwsJson;
using Postern.Server.Logs;
using Postern.Server.Storage;
using Postern.Tests.Storage;

namespace Postern.Tests.CloudWatchLogs;

public sealed class LogEventTests
{
    [Theory, EachDatabase]
    public async Task A_stream_is_read_in_order_both_ways_and_its_ends_answer_with_the_token_asked(DatabaseKind kind)
    {
        await using var fixture = await DatabaseFixture.CreateAsync(kind);
        var world = new LogWorld(fixture.Database);
        await world.MakeAsync("/a", "s");
        await world.PutAsync("/a", "s", [.. Enumerable.Range(0, 25).Select(i => (world.Now - 1000 + i / 3, $"line {i}"))]); // three events share a time
        List<string> forward = [];
        for (string? token = null, before = ""; token != before;)
        {
            var page = await world.GetAsync("/a", "s", request => request with { Limit = 10, StartFromHead = true, NextToken = token });
            (before, token) = (token, page.NextForwardToken);
            forward.AddRange(page.Events!.Select(e => e.Message!));
        }
        Assert.Equal(Enumerable.Range(0, 25).Select(i => $"line {i}"), forward);

        var newest = await world.GetAsync("/a", "s", request => request with { Limit = 10 });
        Assert.Equal(Enumerable.Range(15, 10).Select(i => $"line {i}"), newest.Events!.Select(e => e.Message));
        var earlier = await world.GetAsync("/a", "s", request => request with { Limit = 10, NextToken = newest.NextBackwardToken });
        Assert.Equal(Enumerable.Range(5, 10).Select(i => $"line {i}"), earlier.Events!.Select(e => e.Message));

        // What is put while somebody follows comes with the token of the end.
        var end = await world.GetAsync("/a", "s", request => request with { NextToken = newest.NextForwardToken });
        Assert.Empty(end.Events!);
        await world.PutAsync("/a", "s", (world.Now, "later"));
        var more = await world.GetAsync("/a", "s", request => request with { NextToken = end.NextForwardToken });
        Assert.Equal(["later"], more.Events!.Select(e => e.Message));
    }

    [Theory, EachDatabase]
    public async Task A_group_is_searched_through_all_its_streams_by_time_and_pattern_in_pages(DatabaseKind kind)
    {
        await using var fixture = await DatabaseFixture.CreateAsync(kind);
        var world = new LogWorld(fixture.Database);
        await world.MakeAsync("/a", "one", "two");
        await world.MakeAsync("/b", "one");
        await world.PutAsync("/b", "one", (world.Now - 500, "ERROR elsewhere"));
        await world.PutAsync("/a", "one", (world.Now - 1000, "ERROR first"), (world.Now - 800, "fine"), (world.Now - 600, "ERROR third"));
        await world.PutAsync("/a", "two", (world.Now - 900, "ERROR second"), (world.Now - 100, """{"level":"ERROR","code":7}"""));

        var all = await world.FilterAsync("/a", request => request with { FilterPattern = "ERROR -level" });
        Assert.Equal(["ERROR first", "ERROR second", "ERROR third"], all.Events!.Select(e => e.Message));
        Assert.Null(all.NextToken);
        Assert.Equal(3, all.Events!.Select(e => e.EventId).Distinct().Count());

        var first = await world.FilterAsync("/a", request => request with { FilterPattern = "ERROR", Limit = 2 });
        var rest = await world.FilterAsync("/a", request => request with { FilterPattern = "ERROR", Limit = 2, NextToken = first.NextToken });
        Assert.Equal(["ERROR first", "ERROR second", "ERROR third", """{"level":"ERROR","code":7}"""], first.Events!.Concat(rest.Events!).Select(e => e.Message));

        Assert.Equal(["two"], (await world.FilterAsync("/a", request => request with { FilterPattern = "{ $.code >= 7 }" })).Events!.Select(e => e.LogStreamName));
        Assert.Equal(2, (await world.FilterAsync("/a", request => request with { LogStreamNames = ["two"] })).Events!.Count);
        Assert.Equal(["fine", "ERROR third"], (await world.FilterAsync("/a", request => request with { LogStreamNamePrefix = "o", StartTime = world.Now - 800, EndTime = world.Now - 600 })).Events!.Select(e => e.Message));
        await LogWorld.RefusedAsync("InvalidParameterException", () => world.FilterAsync("/a", request => request with { FilterPattern = "other", NextToken = first.NextToken }));
    }

    [Theory, EachDatabase]
    public async Task What_an_answer_cannot_hold_is_not_read_from_the_database_either(DatabaseKind kind)
    {
        await using var fixture = await DatabaseFixture.CreateAsync(kind);
        var world = new LogWorld(fixture.Database);
        await world.MakeAsync("/a", "s");
        var numbers = Enumerable.Range(0, 12).ToList();
        foreach (var i in numbers)
            await world.PutAsync("/a", "s", (world.Now - 100 + i, $"{i} {new string('x', 200_000)}"));

        foreach (var newestFirst in new[] { false, true })
        {
            var page = await world.Store.FindEventsAsync(new SqlConditions(), newestFirst, 10_000, 1024 * 1024, TestContext.Current.CancellationToken);
            Assert.Equal((newestFirst ? numbers.AsEnumerable().Reverse() : numbers).Take(5), page.Rows.Select(row => NumberOf(row.Message)));
            Assert.True(page.More);
        }
        var one = await world.Store.FindEventsAsync(new SqlConditions(), newestFirst: true, 10_000, 1, TestContext.Current.CancellationToken);
        Assert.Equal(11, NumberOf(Assert.Single(one.Rows).Message));

        var found = new List<int>();
        string? token = null;
        do
        {
            var page = await world.FilterAsync("/a", request => request with { NextToken = token });
            found.AddRange(page.Events!.Select(e => NumberOf(e.Message!)));
            token = page.NextToken;
        }
        while (token is not null);
        Assert.Equal(numbers, found);
    }

    private static int NumberOf(string message) => int.Parse(message[..message.IndexOf(' ')], null);

    [Theory, EachDatabase]
    public async Task What_is_too_old_or_too_new_is_left_out_and_said_so(DatabaseKind kind)
    {
        await using var fixture = await DatabaseFixture.CreateAsync(kind);
        var world = new LogWorld(fixture.Database);
        await world.MakeAsync("/a", "s");
        long Days(double days) => (long)TimeSpan.FromDays(days).TotalMilliseconds;
        var old = await world.PutAsync("/a", "s", (world.Now - Days(14.5), "too old"), (world.Now - Days(13.9), "old"));
        Assert.Equal(new RejectedLogEvents { TooOldLogEventEndIndex = 1 }, old.RejectedLogEventsInfo);
        var early = await world.PutAsync("/a", "s", (world.Now, "now"), (world.Now + Days(0.1), "too new"));
        Assert.Equal(new RejectedLogEvents { TooNewLogEventStartIndex = 1 }, early.RejectedLogEventsInfo);
        await world.Groups.PutRetentionAsync(new PutRetentionPolicyRequest { LogGroupName = "/a", RetentionInDays = 3 }, LogWorld.Admin, default);
        var expired = await world.PutAsync("/a", "s", (world.Now - Days(3.5), "expired"), (world.Now - Days(2.9), "kept"));
        Assert.Equal(new RejectedLogEvents { ExpiredLogEventEndIndex = 1 }, expired.RejectedLogEventsInfo);
        Assert.Equal(["old", "kept", "now"], (await world.GetAsync("/a", "s")).Events!.Select(e => e.Message));
        Assert.Equal(1, await world.Store.RemoveExpiredAsync(10, TestContext.Current.CancellationToken));
        Assert.Equal(["kept", "now"], (await world.GetAsync("/a", "s")).Events!.Select(e => e.Message));

        await LogWorld.RefusedAsync("InvalidParameterException", () => world.PutAsync("/a", "s", (world.Now, "b"), (world.Now - 1, "a")));
        await LogWorld.RefusedAsync("InvalidParameterException", () => world.PutAsync("/a", "s", (world.Now - Days(2), "b"), (world.Now, "a")));
        await LogWorld.RefusedAsync("InvalidParameterException", () => world.PutAsync("/a", "s", (world.Now, new string('x', 1024 * 1024))));
        await LogWorld.RefusedAsync("InvalidParameterException", () => world.PutAsync("/a", "s", (world.Now, "")));
        await LogWorld.RefusedAsync("ResourceNotFoundException", () => world.PutAsync("/a", "other", (world.Now, "x")));
    }

    [Theory, EachDatabase]
    public async Task Lines_of_the_gateway_make_their_group_and_stream_and_a_removed_group_takes_its_events(DatabaseKind kind)
    {
        await using var fixture = await DatabaseFixture.CreateAsync(kind);
        var (world, cancel) = (new LogWorld(fixture.Database), TestContext.Current.CancellationToken);
        await Task.WhenAll(Enumerable.Range(0, 8).Select(i => world.Store.AppendAsync("/new", $"s{i % 2}", [.. Enumerable.Range(0, 300).Select(n => new LogLine(world.Now + n, $"{i} {n}\0"))], cancel)));
        var group = await world.Groups.DescribeAsync(new DescribeLogGroupsRequest { LogGroupNamePrefix = "/n" }, LogWorld.Admin, default);
        Assert.True(Assert.Single(group.LogGroups!).StoredBytes > 2400 * 26);
        Assert.Equal(1200, (await world.GetAsync("/new", "s0")).Events!.Count);
        Assert.All((await world.GetAsync("/new", "s1")).Events!, e => Assert.EndsWith("\uFFFD", e.Message));

        await world.Groups.DeleteAsync(new LogGroupRequest { LogGroupName = "/new" }, LogWorld.Admin, default);
        await LogWorld.RefusedAsync("ResourceNotFoundException", () => world.GetAsync("/new", "s0"));
        var removed = 0;
        for (var step = -1; step != 0; removed += step)
            step = await world.Store.RemoveGoneAsync(1000, cancel);
        Assert.Equal(2400 + 2, removed); // and the two notes that they are gone
        Assert.Equal(0, await fixture.Database.QuerySingleOrDefaultAsync<long>("SELECT COUNT(*) FROM log_events", null, cancel));
    }
}
