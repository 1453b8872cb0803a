using Postern.Protocol.AwsJson;
using Postern.Tests.Storage;
using static Postern.Tests.Nodes.NodeWorld;

namespace Postern.Tests.Nodes;

public sealed class ResourceTagTestsOnSqlite() : ResourceTagTests(DatabaseKind.Sqlite);

public sealed class ResourceTagTestsOnPostgres() : ResourceTagTests(DatabaseKind.Postgres);

public abstract class ResourceTagTests(DatabaseKind kind) : NodeTests(kind)
{
    [Fact]
    public async Task Tags_are_added_overwritten_and_removed()
    {
        var id = await World.NewNodeAsync();

        await AddAsync(id, new Tag { Key = "env", Value = "test" }, new Tag { Key = "tier", Value = "" });
        await AddAsync(id, new Tag { Key = "env", Value = "prod" });
        Assert.Equal(["env=prod", "tier="], await ListAsync(id));

        await World.Tags.RemoveAsync(new RemoveTagsFromResourceRequest { ResourceType = "ManagedInstance", ResourceId = id, TagKeys = ["tier", "never there"] }, Admin, default);
        Assert.Equal(["env=prod"], await ListAsync(id));
    }

    [Fact]
    public async Task A_resource_has_at_most_50_tags_and_a_refusal_changes_nothing()
    {
        var id = await World.NewNodeAsync();
        await AddAsync(id, [.. Enumerable.Range(0, 49).Select(i => new Tag { Key = $"k{i:00}", Value = "v" })]);

        await RefusedAsync("TooManyTagsError", () => AddAsync(id, new Tag { Key = "a", Value = "" }, new Tag { Key = "b", Value = "" }));
        Assert.Equal(49, (await ListAsync(id)).Length);
        await AddAsync(id, new Tag { Key = "a", Value = "" }, new Tag { Key = "k00", Value = "other" });
        Assert.Equal(50, (await ListAsync(id)).Length);
    }

    [Fact]
    public async Task Keys_that_policies_could_not_tell_apart_are_refused()
    {
        var id = await World.NewNodeAsync();
        await AddAsync(id, new Tag { Key = "env", Value = "test" });
        await RefusedAsync("ValidationException", () => AddAsync(id, new Tag { Key = "Env", Value = "prod" }));
        await RefusedAsync("ValidationException", () => AddAsync(id, new Tag { Key = "a", Value = "1" }, new Tag { Key = "A", Value = "2" }));
        Assert.Equal(["env=test"], await ListAsync(id));
    }

    [Fact]
    public async Task Two_that_add_at_once_do_not_pass_the_limit_together()
    {
        var id = await World.NewNodeAsync();
        await AddAsync(id, [.. Enumerable.Range(0, 45).Select(i => new Tag { Key = $"k{i}", Value = "v" })]);

        var outcomes = await Task.WhenAll(Enumerable.Range(0, 10).Select(i => Task.Run(async () =>
        {
            try
            {
                await AddAsync(id, new Tag { Key = $"more{i}", Value = "" });
                return true;
            }
            catch (AwsErrorException e) when (e.Code == "TooManyTagsError")
            {
                return false;
            }
        })));

        Assert.Equal(5, outcomes.Count(done => done));
        Assert.Equal(50, (await ListAsync(id)).Length);
    }

    [Fact]
    public async Task Huge_lists_are_refused_before_the_database_sees_them()
    {
        var id = await World.NewNodeAsync();

        await RefusedAsync("ValidationException", () => AddAsync(id, [.. Enumerable.Range(0, 1001).Select(i => new Tag { Key = $"k{i}", Value = "v" })]));
        await RefusedAsync("TooManyTagsError", () => AddAsync(id, [.. Enumerable.Range(0, 1000).Select(i => new Tag { Key = $"k{i}", Value = "v" })]));
        Assert.Empty(await ListAsync(id));
    }

    [Theory]
    [InlineData("Colour", "InvalidResourceType")]
    [InlineData("Document", "InvalidResourceId")]
    [InlineData("Parameter", "InvalidResourceId")]
    [InlineData("ManagedInstance", "InvalidResourceId")]
    [InlineData(null, "ValidationException")]
    public async Task Other_resources_have_no_tags(string? type, string code)
    {
        await RefusedAsync(code, () => World.Tags.AddAsync(new AddTagsToResourceRequest { ResourceType = type, ResourceId = "mi-00000000000000000", Tags = [] }, Admin, default));
        await RefusedAsync(code, () => World.Tags.ListAsync(new ListTagsForResourceRequest { ResourceType = type, ResourceId = "mi-00000000000000000" }, Admin, default));
        await RefusedAsync(code, () => World.Tags.RemoveAsync(new RemoveTagsFromResourceRequest { ResourceType = type, ResourceId = "mi-00000000000000000", TagKeys = [] }, Admin, default));
    }

    private Task<EmptyResponse> AddAsync(string id, params Tag[] tags)
        => World.Tags.AddAsync(new AddTagsToResourceRequest { ResourceType = "ManagedInstance", ResourceId = id, Tags = tags }, Admin, default);

    private async Task<string[]> ListAsync(string id)
        => [.. (await World.Tags.ListAsync(new ListTagsForResourceRequest { ResourceType = "ManagedInstance", ResourceId = id }, Admin, default)).TagList!.Select(tag => $"{tag.Key}={tag.Value}")];
}
