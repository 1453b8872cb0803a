using Postern.Protocol.AwsJson;
using Postern.Server.Nodes;
using Postern.Server.Storage;
using Postern.Tests.Storage;
using static Postern.Tests.Nodes.NodeWorld;

namespace Postern.Tests.Nodes;

public sealed class ActivationTestsOnSqlite() : ActivationTests(DatabaseKind.Sqlite);

public sealed class ActivationTestsOnPostgres() : ActivationTests(DatabaseKind.Postgres);

public abstract class ActivationTests(DatabaseKind kind) : NodeTests(kind)
{
    [Fact]
    public async Task An_activation_has_the_defaults_of_AWS_and_its_code_is_kept_as_a_hash_only()
    {
        var created = await World.CreateActivation.HandleAsync(new CreateActivationRequest { IamRole = "service-role/nodes" }, Admin, default);
        var listed = Assert.Single((await World.DescribeActivations.HandleAsync(new DescribeActivationsRequest(), Admin, default)).ActivationList!);
        var row = await World.Activations.FindAsync(created.ActivationId!, default);

        Assert.Matches("^[A-Za-z0-9]{43}$", created.ActivationCode);
        Assert.Equal(created.ActivationId, listed.ActivationId);
        Assert.Equal((1, 0, false), (listed.RegistrationLimit!.Value, listed.RegistrationsCount!.Value, listed.Expired!.Value));
        Assert.Equal(World.Time.GetUtcNow() + TimeSpan.FromHours(24), listed.ExpirationDate);
        Assert.DoesNotContain(created.ActivationCode!, row!.CodeHash);
    }

    [Fact]
    public async Task An_expiry_must_lie_ahead_but_not_beyond_30_days()
    {
        foreach (var days in new[] { -1, 0, 31 })
        {
            await RefusedAsync("InvalidParameters", () => World.CreateActivation.HandleAsync(
                new CreateActivationRequest { IamRole = "nodes", ExpirationDate = World.Time.GetUtcNow().AddDays(days) }, Admin, default));
        }
        await World.CreateActivation.HandleAsync(new CreateActivationRequest { IamRole = "nodes", ExpirationDate = World.Time.GetUtcNow().AddDays(30) }, Admin, default);
    }

    [Fact]
    public async Task A_role_must_exist_and_trust_systems_manager()
    {
        await World.Iam.ChangeAsync(
            "INSERT INTO roles (role_id, name, path, max_session_duration, trust_policy, created_at) VALUES ('AROA1', 'People', '/', 3600, @Trust, 0)",
            SqlParameters.Of(new { Trust = """{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"AWS":"000000000000"},"Action":"sts:AssumeRole"}}""" }));
        foreach (var role in new[] { "People", "service-role/Nobody" })
        {
            var error = await RefusedAsync("ValidationException", () => World.CreateActivation.HandleAsync(new CreateActivationRequest { IamRole = role }, Admin, default));
            Assert.Equal($"Nonexistent role or missing ssm service principal in trust policy: {role}", error.Message);
        }
        await World.Iam.ChangeAsync("UPDATE roles SET trust_policy = @Trust WHERE role_id = 'AROA1'", SqlParameters.Of(new
        {
            Trust = """
                {"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"Service":"ssm.amazonaws.com"},"Action":"sts:AssumeRole","Condition":{
                "StringEquals":{"aws:SourceAccount":"000000000000"},"ArnEquals":{"aws:SourceArn":"arn:aws:ssm:us-east-1:000000000000:*"}}}}
                """,
        }));
        Assert.NotNull((await World.CreateActivation.HandleAsync(new CreateActivationRequest { IamRole = "People" }, Admin, default)).ActivationCode);
    }

    [Theory]
    [InlineData(null, null, 1, "iamRole")]
    [InlineData("", null, 1, "iamRole")]
    [InlineData("role with spaces", null, 1, "iamRole")]
    [InlineData("nodes", "name\nwith lines", 1, "defaultInstanceName")]
    [InlineData("nodes", null, 0, "registrationLimit")]
    [InlineData("nodes", null, 1001, "registrationLimit")]
    public async Task Bad_members_are_named(string? role, string? name, int limit, string member)
    {
        var error = await RefusedAsync("ValidationException", () => World.CreateActivation.HandleAsync(
            new CreateActivationRequest { IamRole = role, DefaultInstanceName = name, RegistrationLimit = limit }, Admin, default));

        Assert.StartsWith("1 validation error detected: Value ", error.Message);
        Assert.Contains($"at '{member}' failed to satisfy constraint: Member must ", error.Message);
    }

    [Fact]
    public async Task Too_many_or_bad_tags_are_refused()
    {
        await RefusedAsync("InvalidParameters", () => World.ActivateAsync(1, null, [.. Enumerable.Range(0, 51).Select(i => new Tag { Key = "k" + i, Value = "" })]));
        foreach (var tag in new Tag?[] { null, new(), new() { Key = "", Value = "v" }, new() { Key = "k" }, new() { Key = "aws:k", Value = "v" }, new() { Key = new string('k', 129), Value = "v" }, new() { Key = "k", Value = new string('v', 257) }, new() { Key = "k", Value = "<script>" } })
            await RefusedAsync("ValidationException", () => World.ActivateAsync(1, null, tag!));
        await RefusedAsync("ValidationException", () => World.ActivateAsync(1, null, new Tag { Key = "k", Value = "1" }, new Tag { Key = "k", Value = "2" }));
    }

    [Fact]
    public async Task Registering_counts_and_gives_the_node_name_role_and_tags()
    {
        var activation = await World.ActivateAsync(2, "web", new Tag { Key = "env", Value = "prod" });

        var id = await World.RegisterAsync(activation);

        Assert.Matches("^mi-[0-9a-f]{17}$", id);
        var node = await World.Nodes.FindAsync(id, default);
        Assert.Equal(("web", "nodes", activation.ActivationId), (node!.Name, node.IamRole, node.ActivationId));
        Assert.Equal(new Tag { Key = "env", Value = "prod" }, Assert.Single(await World.TagStore.ListAsync("ManagedInstance", id, default)));
        Assert.Equal(1, (await World.Activations.FindAsync(activation.ActivationId!, default))!.RegistrationsCount);
    }

    [Fact]
    public async Task Of_50_that_register_at_once_with_a_limit_of_3_exactly_3_succeed()
    {
        var activation = await World.ActivateAsync(3);

        var outcomes = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => Task.Run(async () =>
        {
            try
            {
                return await World.RegisterAsync(activation);
            }
            catch (AwsErrorException e) when (e.Code == "InvalidActivation")
            {
                return null;
            }
        })));

        Assert.Equal(3, outcomes.OfType<string>().Distinct().Count());
        Assert.Equal(47, outcomes.Count(id => id is null));
    }

    [Fact]
    public async Task A_wrong_code_and_an_unknown_activation_get_the_same_answer()
    {
        var activation = await World.ActivateAsync();

        var wrong = await RefusedAsync("InvalidActivation", () => World.RegisterAsync(activation, new string('x', 43)));
        var unknown = await RefusedAsync("InvalidActivation", () => World.RegisterAsync(activation with { ActivationId = Guid.NewGuid().ToString() }));

        Assert.Equal(wrong.Message, unknown.Message);
        Assert.Equal(0, (await World.Activations.FindAsync(activation.ActivationId!, default))!.RegistrationsCount);
    }

    [Fact]
    public async Task An_expired_a_used_and_a_deleted_activation_say_why_they_do_not_work()
    {
        var used = await World.ActivateAsync();
        await World.RegisterAsync(used);
        Assert.Contains("all of its 1 registrations", (await RefusedAsync("InvalidActivation", () => World.RegisterAsync(used))).Message);

        var expired = await World.ActivateAsync();
        World.Time.Advance(TimeSpan.FromHours(24));
        Assert.Contains("expired on 2026-03-02", (await RefusedAsync("InvalidActivation", () => World.RegisterAsync(expired))).Message);

        var deleted = await World.ActivateAsync();
        await World.DeleteActivation.HandleAsync(new DeleteActivationRequest { ActivationId = deleted.ActivationId }, Admin, default);
        await RefusedAsync("InvalidActivation", () => World.RegisterAsync(deleted));
        await RefusedAsync("InvalidActivation", () => World.DeleteActivation.HandleAsync(new DeleteActivationRequest { ActivationId = deleted.ActivationId }, Admin, default));
        await RefusedAsync("InvalidActivationId", () => World.DeleteActivation.HandleAsync(new DeleteActivationRequest { ActivationId = "' OR 1=1 --" }, Admin, default));
    }

    [Theory]
    [InlineData("", "Rsa")]
    [InlineData("not base64!", "Rsa")]
    [InlineData("AAAA", "Rsa")]
    [InlineData(null, "Rsa")]
    [InlineData("valid", "Ecdsa")]
    [InlineData("valid", null)]
    [InlineData("1024", "Rsa")]
    [InlineData("trailing", "Rsa")]
    [InlineData("huge", "Rsa")]
    public async Task A_key_that_is_no_RSA_key_of_2048_to_4096_bits_is_refused(string? key, string? type)
    {
        key = key switch
        {
            "valid" => PublicKey,
            "1024" => NewPublicKey(1024),
            "trailing" => Convert.ToBase64String([.. Convert.FromBase64String(PublicKey), 0]),
            "huge" => new string('A', 100_000),
            _ => key,
        };
        var activation = await World.ActivateAsync();

        var error = await RefusedAsync("ValidationException", () => World.Register.HandleAsync(new RegisterManagedInstanceRequest
        {
            ActivationId = activation.ActivationId,
            ActivationCode = activation.ActivationCode,
            Fingerprint = "f",
            PublicKey = key,
            PublicKeyType = type,
        }, Stranger, default));

        Assert.StartsWith("PublicKey", error.Message);
        Assert.Equal(0, (await World.Activations.FindAsync(activation.ActivationId!, default))!.RegistrationsCount);
    }

    [Fact]
    public async Task A_code_is_never_repeated_in_an_error()
    {
        var error = await RefusedAsync("ValidationException", () => World.Register.HandleAsync(
            new RegisterManagedInstanceRequest { ActivationId = "short", ActivationCode = "secret-secret", Fingerprint = new string('f', 257) }, Stranger, default));

        Assert.StartsWith("3 validation errors detected: ", error.Message);
        Assert.DoesNotContain("secret-secret", error.Message);
    }

    [Fact]
    public async Task Pages_and_filters_of_activations()
    {
        var ids = new List<string>();
        for (var i = 0; i < 7; i++) ids.Add((await World.ActivateAsync(1, i < 3 ? "a" : "b")).ActivationId!);
        ids.Sort(StringComparer.Ordinal);

        List<string> seen = [];
        string? token = null;
        do
        {
            var page = await World.DescribeActivations.HandleAsync(new DescribeActivationsRequest { MaxResults = 3, NextToken = token }, Admin, default);
            seen.AddRange(page.ActivationList!.Select(activation => activation.ActivationId!));
            token = page.NextToken;
        }
        while (token is not null);
        Assert.Equal(ids, seen.Order(StringComparer.Ordinal)); // databases sort in orders of their own

        Assert.Equal(3, await CountAsync("DefaultInstanceName", "a", "nobody"));
        Assert.Equal(7, await CountAsync("IamRole", "nodes"));
        Assert.Equal(2, await CountAsync("ActivationIds", ids[0], ids[6]));
        await RefusedAsync("InvalidFilter", () => CountAsync("Colour", "red"));

        async Task<int> CountAsync(string key, params string[] values) => (await World.DescribeActivations.HandleAsync(
            new DescribeActivationsRequest { Filters = [new DescribeActivationsFilter { FilterKey = key, FilterValues = values }] }, Admin, default)).ActivationList!.Count;
    }
}
