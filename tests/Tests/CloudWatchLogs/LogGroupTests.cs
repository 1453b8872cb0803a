using Postern.Protocol.AwsJson;
using Postern.Tests.Storage;

namespace Postern.Tests.CloudWatchLogs;

public sealed class LogGroupTests
{
    [Theory, EachDatabase]
    public async Task Groups_are_made_once_listed_in_pages_tagged_and_removed(DatabaseKind kind)
    {
        await using var fixture = await DatabaseFixture.CreateAsync(kind);
        var world = new LogWorld(fixture.Database);
        foreach (var name in new[] { "/b", "/a/one", "/a/Two", "/a_x" })
            await world.MakeAsync(name);
        await LogWorld.RefusedAsync("ResourceAlreadyExistsException", () => world.MakeAsync("/b"));
        List<string> names = [];
        string? token = null;
        do
        {
            var page = await world.Groups.DescribeAsync(new DescribeLogGroupsRequest { Limit = 3, NextToken = token }, LogWorld.Admin, default);
            names.AddRange(page.LogGroups!.Select(group => group.LogGroupName!));
            token = page.NextToken;
        }
        while (token is not null);
        Assert.Equal(["/a/Two", "/a/one", "/a_x", "/b"], names.Order(StringComparer.Ordinal));
        Assert.Equal(["/a/Two"], await NamesAsync(new DescribeLogGroupsRequest { LogGroupNamePattern = "two" }));
        Assert.Equal(["/a_x"], await NamesAsync(new DescribeLogGroupsRequest { LogGroupNamePrefix = "/a_" })); // no wildcard

        var arn = "arn:aws:logs:us-east-1:000000000000:log-group:/b";
        await world.Groups.TagAsync(new TagLogsRequest { ResourceArn = arn, Tags = new Dictionary<string, string?> { ["env"] = "prod", ["team"] = "db" } }, LogWorld.Admin, default);
        await world.Groups.UntagAsync(new UntagLogsRequest { ResourceArn = arn + ":*", TagKeys = ["team", "none"] }, LogWorld.Admin, default);
        Assert.Equal("prod", Assert.Single((await world.Groups.ListTagsAsync(new LogTagsRequest { ResourceArn = arn }, LogWorld.Admin, default)).Tags!).Value);
        await LogWorld.RefusedAsync("TooManyTagsException", () => world.Groups.TagAsync(
            new TagLogsRequest { ResourceArn = arn, Tags = Enumerable.Range(0, 50).ToDictionary(i => $"k{i}", i => (string?)"") }, LogWorld.Admin, default));
        await world.Groups.DeleteAsync(new LogGroupRequest { LogGroupName = "/b" }, LogWorld.Admin, default);
        await LogWorld.RefusedAsync("ResourceNotFoundException", () => world.Groups.DeleteAsync(new LogGroupRequest { LogGroupName = "/b" }, LogWorld.Admin, default));

        async Task<IEnumerable<string>> NamesAsync(DescribeLogGroupsRequest request)
            => (await world.Groups.DescribeAsync(request, LogWorld.Admin, default)).LogGroups!.Select(group => group.LogGroupName!);
    }

    [Theory, EachDatabase]
    public async Task Streams_are_listed_by_name_or_by_their_last_event_in_pages(DatabaseKind kind)
    {
        await using var fixture = await DatabaseFixture.CreateAsync(kind);
        var world = new LogWorld(fixture.Database);
        await world.MakeAsync("/a", "s1", "s2", "s3", "other");
        await world.PutAsync("/a", "s3", (world.Now - 300, "x"));
        await world.PutAsync("/a", "s1", (world.Now - 100, "x"));
        await world.PutAsync("/a", "s2", (world.Now - 100, "x"));
        Assert.Equal(["s1", "s2", "s3"], await ListAsync(new DescribeLogStreamsRequest { LogGroupName = "/a", LogStreamNamePrefix = "s", Limit = 2 }));
        Assert.Equal(["s3", "s2", "s1", "other"], await ListAsync(new DescribeLogStreamsRequest { LogGroupName = "/a", Descending = true, Limit = 1 }));
        Assert.Equal(["s3", "s1", "s2"], (await ListAsync(new DescribeLogStreamsRequest { LogGroupIdentifier = "arn:aws:logs:us-east-1:000000000000:log-group:/a", OrderBy = "LastEventTime", Limit = 1 })).Where(name => name != "other"));
        await LogWorld.RefusedAsync("InvalidParameterException", () => ListAsync(new DescribeLogStreamsRequest { LogGroupName = "/a", OrderBy = "LastEventTime", LogStreamNamePrefix = "s" }));
        await LogWorld.RefusedAsync("InvalidParameterException", () => ListAsync(new DescribeLogStreamsRequest { LogGroupName = "/a", LogGroupIdentifier = "/a" }));

        async Task<List<string>> ListAsync(DescribeLogStreamsRequest request)
        {
            List<string> names = [];
            do
            {
                var page = await world.Streams.DescribeAsync(request, LogWorld.Admin, default);
                names.AddRange(page.LogStreams!.Select(stream => stream.LogStreamName!));
                request = request with { NextToken = page.NextToken };
            }
            while (request.NextToken is not null);
            return names;
        }
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("a b")]
    [InlineData("a\n")]
    [InlineData("a:b")]
    public async Task A_group_needs_a_name_that_AWS_would_take(string? name)
    {
        await using var fixture = await DatabaseFixture.CreateAsync(DatabaseKind.Sqlite);
        var message = await LogWorld.RefusedAsync("InvalidParameterException", () => new LogWorld(fixture.Database).MakeAsync(name!));
        Assert.Contains("'logGroupName'", message);
    }
}
