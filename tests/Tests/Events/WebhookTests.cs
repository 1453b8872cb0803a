using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Postern.Protocol.AwsJson;
using Postern.Tests.Support;

namespace Postern.Tests.Events;

/// <summary>Webhooks against a real receiver that works, fails, is slow, and lies.</summary>
public sealed class WebhookTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_event_arrives_signed_in_its_envelope()
    {
        await using var world = await EventWorld.StartAsync();
        var id = await world.PutAsync("""{"n":1,"ä":"ö"}""");
        var call = await world.Receiver.TakenAsync();
        Assert.Equal("/hook", call.Path);
        Assert.Equal(id, call.Json.GetProperty("id").GetString());
        Assert.Equal(["version", "id", "detail-type", "source", "account", "time", "region", "resources", "detail"], call.Json.EnumerateObject().Select(member => member.Name));
        Assert.Equal("""{"n":1,"ä":"ö"}""", call.Json.GetProperty("detail").GetRawText());
        Assert.Equal(id, call.Headers["webhook-id"]);
        // As the page on events tells a receiver to check it.
        var key = Convert.FromBase64String(EventWorld.Secret["whsec_".Length..]);
        var expected = "v1," + Convert.ToBase64String(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes($"{id}.{call.Headers["webhook-timestamp"]}.{call.Body}")));
        Assert.Equal(expected, call.Headers["webhook-signature"]);
    }

    [Fact]
    public async Task What_the_page_on_events_shows_a_receiver_takes_what_we_signed_and_nothing_else()
    {
        await using var world = await EventWorld.StartAsync();
        await world.PutAsync("""{"n":1,"ä":"ö"}""");
        var call = await world.Receiver.TakenAsync();
        const string more = """
            import sys
            headers = dict(zip(["webhook-id", "webhook-timestamp", "webhook-signature"], sys.argv[2:5]))
            body = sys.argv[5].encode()
            print(verify(sys.argv[1], headers, body), verify(sys.argv[1], headers, body + b" "), verify("another", headers, body), verify(sys.argv[1], {**headers, "webhook-id": "x"}, body))
            """;
        var (code, printed) = await DocumentedPython.RunAsync("docs/operate/events.md", more,
            EventWorld.Secret, call.Headers["webhook-id"], call.Headers["webhook-timestamp"], call.Headers["webhook-signature"], call.Body);
        Assert.Equal((0, "True False False False\n"), (code, printed));
    }

    [Fact]
    public async Task What_fails_is_tried_again_and_comes_once_it_can()
    {
        await using var world = await EventWorld.StartAsync();
        var failures = 0;
        world.Receiver.Answer = (http, _) =>
        {
            http.Response.StatusCode = Interlocked.Increment(ref failures) switch { 1 => 503, 2 => 429, _ => 200 };
            if (failures == 2)
                http.Response.Headers.RetryAfter = "1";
            return Task.CompletedTask;
        };
        var id = await world.PutAsync("{}");
        Assert.Equal(id, (await world.Receiver.TakenAsync()).Headers["webhook-id"]);
        Assert.Equal(3, failures);
    }

    [Fact]
    public async Task A_connection_that_is_cut_is_tried_again()
    {
        await using var world = await EventWorld.StartAsync();
        var first = true;
        world.Receiver.Answer = (http, _) =>
        {
            if (first)
                HookReceiver.Reset(http);
            first = false;
            return Task.CompletedTask;
        };
        await world.PutAsync("{}");
        await world.Receiver.TakenAsync();
        Assert.Equal(2, world.Receiver.All.Count);
    }

    [Fact]
    public async Task What_is_refused_for_good_becomes_a_dead_letter_and_can_be_sent_again()
    {
        await using var world = await EventWorld.StartAsync();
        world.Receiver.Answer = (http, _) =>
        {
            http.Response.StatusCode = 400;
            return Task.CompletedTask;
        };
        var id = await world.PutAsync("""{"n":1}""");
        var dead = Assert.Single(await world.DeadAsync(1));
        Assert.Equal(("it answered 400", 1, EventWorld.Rule), (dead.Error, dead.Attempts, dead.Rule));
        Assert.Equal(id, JsonDocument.Parse(dead.Event!).RootElement.GetProperty("id").GetString());
        world.Receiver.Answer = (_, _) => Task.CompletedTask;
        Assert.Equal(1, (await world.Api.CallAsync(EventLogOperations.RedriveDeadLetters, new DeadLettersRequest { Id = dead.Id }, Cancel)).Count);
        Assert.Equal(id, (await world.Receiver.TakenAsync()).Headers["webhook-id"]);
        Assert.Empty((await world.Api.CallAsync(EventLogOperations.ListDeadLetters, new DeadLettersRequest(), Cancel)).DeadLetters!);
    }

    [Fact]
    public async Task Attempts_end_where_the_target_says()
    {
        await using var world = await EventWorld.StartAsync(target: target => target with { RetryPolicy = new EventRetryPolicy { MaximumRetryAttempts = 1 } });
        world.Receiver.Answer = (http, _) =>
        {
            http.Response.StatusCode = 500;
            return Task.CompletedTask;
        };
        await world.PutAsync("{}");
        Assert.Equal(2, Assert.Single(await world.DeadAsync(1)).Attempts);
        Assert.Equal(1, (await world.Api.CallAsync(EventLogOperations.DeleteDeadLetters, new DeadLettersRequest { Rule = EventWorld.Rule }, Cancel)).Count);
    }

    [Fact]
    public async Task Redirects_are_not_followed()
    {
        await using var world = await EventWorld.StartAsync();
        world.Receiver.Answer = (http, _) =>
        {
            http.Response.StatusCode = 302;
            http.Response.Headers.Location = "/elsewhere";
            return Task.CompletedTask;
        };
        await world.PutAsync("{}");
        Assert.Contains("redirects are not followed", Assert.Single(await world.DeadAsync(1)).Error);
        Assert.DoesNotContain(world.Receiver.All, call => call.Path == "/elsewhere");
    }

    [Theory]
    [InlineData("https://127.0.0.1:1/")]
    [InlineData("https://localhost:1/")]
    [InlineData("https://[::1]:1/")]
    [InlineData("https://[::ffff:127.0.0.1]:1/")]
    [InlineData("https://[64:ff9b::7f00:1]:1/")]
    [InlineData("https://169.254.169.254/latest/meta-data/")]
    [InlineData("https://2130706433:1/")]
    [InlineData("https://0.0.0.0:1/")]
    public async Task What_only_the_gateway_can_reach_is_not_reached(string endpoint)
    {
        await using var world = await EventWorld.StartAsync(allow: "192.0.2.0/24");
        var arn = await world.DestinationAsync("inside", endpoint);
        await world.RuleAsync("inside", $$"""{"source":["{{EventWorld.Source}}"]}""", new EventTarget { Id = "x", Arn = arn });
        await world.PutAsync("{}");
        var dead = (await world.DeadAsync(2)).Single(letter => letter.Rule == "inside");
        Assert.Contains("webhooks may not reach", dead.Error);
    }

    [Fact]
    public async Task Without_TLS_only_listed_addresses_are_endpoints()
    {
        var refused = await Assert.ThrowsAsync<AwsErrorException>(() => EventWorld.StartAsync(allow: ""));
        Assert.Contains("InvocationEndpoint must be an https URL", refused.Message);
    }

    [Fact]
    public async Task A_dead_target_delays_nobody()
    {
        await using var world = await EventWorld.StartAsync();
        var release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        world.Receiver.Answer = (_, call) => call.Path == "/slow" ? release.Task : Task.CompletedTask;
        var slow = await world.DestinationAsync("slow", world.Receiver.Address + "/slow");
        var nobody = await world.DestinationAsync("nobody", "http://127.0.0.1:1/");
        await world.RuleAsync("slow", $$"""{"source":["{{EventWorld.Source}}"]}""", new EventTarget { Id = "s", Arn = slow }, new EventTarget { Id = "n", Arn = nobody });
        for (var i = 0; i < 40; i++)
            await world.PutAsync($$"""{"n":{{i}}}""");
        for (var i = 0; i < 40; i++)
            Assert.Equal("/hook", (await world.Receiver.TakenAsync()).Path);
        release.SetResult();
    }

    [Fact]
    public async Task A_message_is_made_of_the_event()
    {
        await using var world = await EventWorld.StartAsync(target: target => target with
        {
            InputTransformer = new InputTransformer
            {
                InputPathsMap = new Dictionary<string, string> { ["who"] = "$.detail.user", ["n"] = "$.detail.n", ["gone"] = "$.detail.gone" },
                InputTemplate = """{"text": "*<who>* did <n> <gone><https://example.com|link>", "n": <n>, "gone": <gone>, "rule": <aws.events.rule-name>}""",
            },
            HttpParameters = new EventHttpParameters { HeaderParameters = new Dictionary<string, string> { ["X-Team"] = "blue" }, QueryStringParameters = new Dictionary<string, string> { ["q"] = "a b&c" } },
        });
        await world.PutAsync("""{"user":"an\"na\n","n":{"deep":[1]}}""");
        var call = await world.Receiver.TakenAsync();
        Assert.Equal("*an\"na\n* did {\"deep\":[1]} <https://example.com|link>", call.Json.GetProperty("text").GetString());
        Assert.Equal(1, call.Json.GetProperty("n").GetProperty("deep")[0].GetInt32());
        Assert.Equal(JsonValueKind.Null, call.Json.GetProperty("gone").ValueKind);
        Assert.Equal(EventWorld.Rule, call.Json.GetProperty("rule").GetString());
        Assert.Equal(("blue", "/hook?q=a%20b%26c"), (call.Headers["X-Team"], call.Path));
    }
}
