using Postern.Protocol.AwsJson;
using Postern.Server.Nodes;
using Postern.Server.Peers;
using Postern.Tests.Storage;
using static Postern.Tests.Nodes.NodeWorld;

namespace Postern.Tests.Nodes;

public sealed class InventoryTestsOnSqlite() : InventoryTests(DatabaseKind.Sqlite);

public sealed class InventoryTestsOnPostgres() : InventoryTests(DatabaseKind.Postgres);

public abstract class InventoryTests(DatabaseKind kind) : NodeTests(kind)
{
    [Fact]
    public async Task The_small_form_of_a_ping_keeps_what_the_full_form_told()
    {
        var id = await World.NewNodeAsync();
        await World.UpdateInformation.HandleAsync(new UpdateInstanceInformationRequest
        {
            InstanceId = id,
            AgentName = "amazon-ssm-agent",
            AgentStatus = "Active",
            AgentVersion = "3.3.0.0",
            AvailabilityZone = "",
            ComputerName = "web-1\r\n",
            IPAddress = "10.0.0.5",
            PlatformName = "Debian GNU/Linux",
            PlatformType = "Linux",
            PlatformVersion = "12",
            SSMConnectionChannel = "",
        }, As(id), default);

        await World.PingAsync(id, "3.3.1142.0");

        var node = (await World.Nodes.FindAsync(id, default))!;
        Assert.Equal(("3.3.1142.0", "web-1", "10.0.0.5", "Debian GNU/Linux"), (node.AgentVersion, node.ComputerName, node.IpAddress, node.PlatformName));
        Assert.Equal(World.Time.GetUtcNow(), node.PingedAt);
    }

    [Fact]
    public async Task A_node_speaks_of_itself_only()
    {
        var (mine, other) = (await World.NewNodeAsync(), await World.NewNodeAsync());

        await RefusedAsync("AccessDeniedException", () => World.UpdateInformation.HandleAsync(
            new UpdateInstanceInformationRequest { InstanceId = other, AgentVersion = "1.2.3.4" }, As(mine), default));
        await RefusedAsync("AccessDeniedException", () => ListInstanceAssociations.HandleAsync(new ListInstanceAssociationsRequest { InstanceId = other }, As(mine), default));
        Assert.Null((await World.Nodes.FindAsync(other, default))!.PingedAt);
    }

    [Theory]
    [InlineData("AgentVersion", "3.3")]
    [InlineData("AgentVersion", "3.3.0.0.0")]
    [InlineData("AgentVersion", "latest")]
    [InlineData("PlatformType", "linux")]
    [InlineData("PlatformType", "Solaris")]
    [InlineData("IPAddress", "0000:0000:0000:0000:0000:0000:0000:0000:0000:0000")]
    public async Task What_does_not_fit_the_model_is_refused(string member, string value)
    {
        var id = await World.NewNodeAsync();
        var request = new UpdateInstanceInformationRequest
        {
            InstanceId = id,
            AgentVersion = member == "AgentVersion" ? value : null,
            PlatformType = member == "PlatformType" ? value : null,
            IPAddress = member == "IPAddress" ? value : null,
        };

        await RefusedAsync("ValidationException", () => World.UpdateInformation.HandleAsync(request, As(id), default));
    }

    [Fact]
    public async Task Every_filter_finds_its_nodes_in_both_forms()
    {
        var web = await World.NewNodeAsync("web", new Tag { Key = "env", Value = "prod" }, new Tag { Key = "tier", Value = "1" });
        var database = await World.NewNodeAsync("db", new Tag { Key = "env", Value = "test" });
        await World.PingAsync(web, "3.3.1142.0");
        await World.PingAsync(database, "3.1.0.0", "Windows");
        World.Connections.Attach(web, new RecordingConnection());
        World.Time.Advance(TimeSpan.FromHours(1));
        var activation = (await World.Nodes.FindAsync(database, default))!.ActivationId;

        foreach (var legacy in new[] { false, true })
        {
            Assert.Equal([web], await IdsAsync(legacy, ("InstanceIds", [web, "mi-00000000000000000"])));
            Assert.Equal([database], await IdsAsync(legacy, ("AgentVersion", ["3.1.0.0"])));
            Assert.Equal([database], await IdsAsync(legacy, ("PlatformTypes", ["Windows", "MacOS"])));
            Assert.Equal([database], await IdsAsync(legacy, ("ActivationIds", [activation])));
            Assert.Equal([web], await IdsAsync(legacy, ("PingStatus", ["Online"])));
            Assert.Equal([database], await IdsAsync(legacy, ("PingStatus", ["ConnectionLost", "Inactive"])));
            Assert.Equal(2, (await IdsAsync(legacy, ("IamRole", ["nodes"]), ("ResourceType", ["ManagedInstance"]))).Length);
            Assert.Empty(await IdsAsync(legacy, ("ResourceType", ["EC2Instance"])));
            Assert.Empty(await IdsAsync(legacy, ("AssociationStatus", ["Success"])));
            Assert.Empty(await IdsAsync(legacy, ("InstanceIds", [web]), ("PlatformTypes", ["Windows"])));
            await RefusedAsync("InvalidFilterKey", () => IdsAsync(legacy, ("Colour", ["red"])));
            await RefusedAsync("InvalidInstanceInformationFilterValue", () => IdsAsync(legacy, ("PingStatus", ["Sleeping"])));
            await RefusedAsync("ValidationException", () => IdsAsync(legacy, ("InstanceIds", [])));
            await RefusedAsync("ValidationException", () => IdsAsync(legacy, ("InstanceIds", [.. Enumerable.Repeat("x", 101)])));
        }
        Assert.Equal([web], await IdsAsync(false, ("tag:env", ["prod", "stage"])));
        Assert.Equal([web], await IdsAsync(false, ("tag-key", ["tier", "colour"])));
        Assert.Equal(2, (await IdsAsync(false, ("tag:env", ["prod", "test"]), ("tag-key", ["env"]))).Length);
        Assert.Empty(await IdsAsync(false, ("tag:env", ["x' OR '1'='1"])));
        await RefusedAsync("InvalidFilterKey", () => IdsAsync(true, ("tag:env", ["prod"])));
    }

    [Fact]
    public async Task Pages_give_every_node_once_also_when_a_filter_is_met_by_few()
    {
        var activation = await World.ActivateAsync(12);
        var ids = new List<string>();
        for (var i = 0; i < 12; i++) ids.Add(await World.RegisterAsync(activation));
        ids.Sort(StringComparer.Ordinal);
        foreach (var id in ids.Where((_, i) => i % 2 == 0)) World.Connections.Attach(id, new RecordingConnection());

        Assert.Equal(ids, await AllAsync(null));
        Assert.Equal(ids.Where((_, i) => i % 2 == 0), await AllAsync([new InstanceInformationStringFilter { Key = "PingStatus", Values = ["Online"] }]));

        async Task<List<string>> AllAsync(InstanceInformationStringFilter[]? filters)
        {
            List<string> seen = [];
            string? token = null;
            do
            {
                var page = await World.DescribeInformation.HandleAsync(new DescribeInstanceInformationRequest { MaxResults = 5, NextToken = token, Filters = filters }, Admin, default);
                seen.AddRange(page.InstanceInformationList!.Select(node => node.InstanceId!));
                token = page.NextToken;
            }
            while (token is not null);
            seen.Sort(StringComparer.Ordinal); // databases sort in orders of their own
            return seen;
        }
    }

    [Theory]
    [InlineData(4, null, "ValidationException")]
    [InlineData(51, null, "ValidationException")]
    [InlineData(5, "forged", "InvalidNextToken")]
    [InlineData(5, "", "InvalidNextToken")]
    public async Task Bad_pages_are_refused(int size, string? token, string code)
        => await RefusedAsync(code, () => World.DescribeInformation.HandleAsync(new DescribeInstanceInformationRequest { MaxResults = size, NextToken = token }, Admin, default));

    [Fact]
    public async Task A_node_is_online_while_connected_or_lately_heard_then_lost_then_inactive()
    {
        var id = await World.NewNodeAsync();
        Assert.Equal("ConnectionLost", await StatusAsync());

        await World.PingAsync(id);
        Assert.Equal("Online", await StatusAsync());
        World.Time.Advance(NodePresence.PingWindow + TimeSpan.FromSeconds(1));
        Assert.Equal("ConnectionLost", await StatusAsync());

        var channel = new RecordingConnection();
        World.Connections.Attach(id, channel);
        await World.Nodes.MarkConnectedAsync(id, World.Presence.GatewayName, default);
        Assert.Equal(("Online", "connected"), (await StatusAsync(), await ConnectionAsync(id)));

        await World.PingAsync(id);
        World.Time.Advance(TimeSpan.FromSeconds(1));
        World.Connections.Detach(id, channel);
        await World.Nodes.MarkDisconnectedAsync(id, World.Presence.GatewayName, default);
        Assert.Equal(("ConnectionLost", "notconnected"), (await StatusAsync(), await ConnectionAsync(id)));

        World.Time.Advance(NodePresence.InactiveAfter + TimeSpan.FromDays(1));
        Assert.Equal("Inactive", await StatusAsync());
        Assert.Equal("notconnected", await ConnectionAsync("mi-00000000000000000"));

        async Task<string?> StatusAsync() => Assert.Single((await World.DescribeInformation.HandleAsync(new DescribeInstanceInformationRequest(), Admin, default)).InstanceInformationList!).PingStatus;
        async Task<string?> ConnectionAsync(string target) => (await World.ConnectionStatus.HandleAsync(new GetConnectionStatusRequest { Target = target }, Admin, default)).Status;
    }

    [Fact]
    public async Task A_node_of_a_gateway_that_is_not_heard_of_is_lost_until_it_comes_to_another()
    {
        var id = await World.NewNodeAsync();
        var (lost, lives) = (Announced("lost"), Announced("lives"));
        await World.Nodes.MarkConnectedAsync(id, "lost", default);
        World.Time.Advance(TimeSpan.FromSeconds(3)); // it took a report, then died
        await World.PingAsync(id);
        World.Peers.Look([lost, lives]);
        Assert.Equal(("Online", "connected"), await StatusAsync());

        for (var i = 0; i < 4; i++)
        {
            World.Time.Advance(PeerUpkeep.Interval);
            World.Peers.Look([lost, lives = Announced("lives")]);
        }
        Assert.Equal(("ConnectionLost", "notconnected"), await StatusAsync());

        await World.PingAsync(id); // another gateway takes its reports: it lives, and cannot be reached yet
        Assert.Equal(("Online", "notconnected"), await StatusAsync());
        await World.Nodes.MarkConnectedAsync(id, "lives", default);
        Assert.Equal(("Online", "connected"), await StatusAsync());

        PeerRow Announced(string name) => new() { Name = name, SeenAt = World.Time.GetUtcNow().ToUnixTimeMilliseconds() };
        async Task<(string?, string?)> StatusAsync() => (
            Assert.Single((await World.DescribeInformation.HandleAsync(new DescribeInstanceInformationRequest(), Admin, default)).InstanceInformationList!).PingStatus,
            (await World.ConnectionStatus.HandleAsync(new GetConnectionStatusRequest { Target = id }, Admin, default)).Status);
    }

    [Fact]
    public async Task A_channel_that_another_gateway_took_over_is_not_marked_lost_by_the_first()
    {
        var id = await World.NewNodeAsync();
        await World.Nodes.MarkConnectedAsync(id, "one", default);
        await World.Nodes.MarkConnectedAsync(id, "two", default);

        Assert.False(await World.Nodes.MarkDisconnectedAsync(id, "one", default));
        Assert.Equal("two", (await World.Nodes.FindAsync(id, default))!.Gateway);
        Assert.True(await World.Nodes.ForgetConnectionsAsync("two", default));
        Assert.Null((await World.Nodes.FindAsync(id, default))!.Gateway);
    }

    [Fact]
    public async Task Deregistering_ends_sessions_then_the_channel_and_the_node_is_unknown()
    {
        var id = await World.NewNodeAsync("web", new Tag { Key = "env", Value = "prod" });
        var channel = new RecordingConnection();
        World.Connections.Attach(id, channel);
        List<(string Node, bool ChannelOpen)> told = [];
        World.Removals.Observe((_, _, _) => throw new InvalidOperationException("an observer that fails"));
        World.Removals.Observe((node, reason, _) =>
        {
            told.Add((node, channel.ClosedFor is null));
            return Task.CompletedTask;
        });

        await Assert.ThrowsAsync<AggregateException>(() => World.Deregister.HandleAsync(new DeregisterManagedInstanceRequest { InstanceId = id }, Admin, default));

        Assert.Equal([(id, true)], told);
        Assert.NotNull(channel.ClosedFor);
        Assert.Null(await World.Nodes.FindAsync(id, default));
        Assert.Empty(await World.TagStore.ListAsync("ManagedInstance", id, default));
        Assert.False(await World.Nodes.MarkConnectedAsync(id, "one", default));
        await RefusedAsync("AccessDeniedException", () => World.PingAsync(id));
        await RefusedAsync("InvalidInstanceId", () => World.Deregister.HandleAsync(new DeregisterManagedInstanceRequest { InstanceId = id }, Admin, default));
        await RefusedAsync("InvalidInstanceId", () => World.Deregister.HandleAsync(new DeregisterManagedInstanceRequest { InstanceId = "i-0123456789" }, Admin, default));
    }

    [Fact]
    public async Task A_key_is_replaced_by_a_good_one_only()
    {
        var id = await World.NewNodeAsync();
        var key = NewPublicKey(3072);

        await RefusedAsync("ValidationException", () => World.UpdatePublicKey.HandleAsync(new UpdateManagedInstancePublicKeyRequest { NewPublicKey = "AAAA", NewPublicKeyType = "Rsa" }, As(id), default));
        await World.UpdatePublicKey.HandleAsync(new UpdateManagedInstancePublicKeyRequest { NewPublicKey = key, NewPublicKeyType = "Rsa" }, As(id), default);

        Assert.Equal(key, (await World.Nodes.FindAsync(id, default))!.PublicKey);
        Assert.False(await World.Nodes.ReplacePublicKeyAsync(id, PublicKey, NewPublicKey(2048), default));
    }

    private async Task<string[]> IdsAsync(bool legacy, params (string Key, string[] Values)[] filters)
    {
        var request = legacy
            ? new DescribeInstanceInformationRequest { InstanceInformationFilterList = [.. filters.Select(filter => new InstanceInformationFilter { Key = filter.Key, ValueSet = filter.Values })] }
            : new DescribeInstanceInformationRequest { Filters = [.. filters.Select(filter => new InstanceInformationStringFilter { Key = filter.Key, Values = filter.Values })] };
        return [.. (await World.DescribeInformation.HandleAsync(request, Admin, default)).InstanceInformationList!.Select(node => node.InstanceId!)];
    }
}
