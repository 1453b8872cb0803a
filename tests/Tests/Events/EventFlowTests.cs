using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Postern.Protocol.AwsJson;
using Postern.Server.Audit;
using Postern.Server.Events;
using Postern.Server.Events.Delivery;
using Postern.Server.Events.Endpoints;
using Postern.Server.Logs;
using Postern.Server.Settings;
using Postern.Server.Storage;
using Postern.Tests.Support;

namespace Postern.Tests.Events;

/// <summary>From what happens to targets of every kind, over restarts.</summary>
public sealed class EventFlowTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_refused_call_is_an_event()
    {
        await using var world = await EventWorld.StartAsync("""{"source":["postern.access"],"detail":{"eventName":[{"prefix":"Describe"}]}}""");
        var stranger = world.Host.CreateApiClient(() => new Protocol.SigV4.AwsCredentials("AKIAAAAAAAAAAAAAAAAA", "nothing"));
        await Assert.ThrowsAsync<AwsErrorException>(() => stranger.CallAsync(SsmOperations.DescribeSessions, new DescribeSessionsRequest { State = "Active" }, Cancel));
        var call = await world.Receiver.TakenAsync();
        Assert.Equal("Call Denied", call.Json.GetProperty("detail-type").GetString());
        Assert.Equal("AKIAAAAAAAAAAAAAAAAA", call.Json.GetProperty("detail").GetProperty("accessKeyId").GetString());
        // And it stands where people read events.
        var listed = await world.Api.CallAsync(EventLogOperations.ListEvents, new ListEventsRequest { Source = "postern.access" }, Cancel);
        Assert.Contains(listed.Events!, text => text == call.Body);
    }

    [Fact]
    public async Task A_session_is_told_of_from_beginning_to_end_in_order()
    {
        await using var world = await EventWorld.StartAsync("""{"source":["postern.sessions"],"detail":{"$or":[{"bytesToNode":[{"exists":false}]},{"bytesToNode":[{"numeric":[">=",0]}]}]}}""");
        var audit = world.Host.Services.GetRequiredService<AuditLog>();
        for (var i = 0; i < 20; i++)
            foreach (var name in new[] { "SessionConnected", "SessionDisconnected", "SessionResumed", "SessionEnded" })
                audit.Record(Session($"s-{i}", name));
        var seen = new Dictionary<string, List<string>>();
        for (var i = 0; i < 80; i++)
        {
            var happened = (await world.Receiver.TakenAsync()).Json;
            var id = happened.GetProperty("detail").GetProperty("sessionId").GetString()!;
            (seen.TryGetValue(id, out var types) ? types : seen[id] = []).Add(happened.GetProperty("detail-type").GetString()!);
        }
        Assert.Equal(20, seen.Count);
        Assert.All(seen.Values, types => Assert.Equal(["Session Connected", "Session Disconnected", "Session Resumed", "Session Ended"], types));
    }

    [Fact]
    public async Task One_that_fails_holds_back_its_own_session_only()
    {
        await using var world = await EventWorld.StartAsync("""{"source":["postern.sessions"]}""");
        var failures = 0;
        world.Receiver.Answer = (http, call) =>
        {
            if (call.Body.Contains("\"s-bad\"") && call.Body.Contains("Session Connected") && Interlocked.Increment(ref failures) <= 2)
                http.Response.StatusCode = StatusCodes.Status500InternalServerError;
            return Task.CompletedTask;
        };
        var audit = world.Host.Services.GetRequiredService<AuditLog>();
        foreach (var name in new[] { "SessionConnected", "SessionEnded" })
            foreach (var id in new[] { "s-bad", "s-good" })
                audit.Record(Session(id, name));
        var order = new List<string>();
        for (var i = 0; i < 4; i++)
        {
            var happened = (await world.Receiver.TakenAsync()).Json;
            order.Add(happened.GetProperty("detail").GetProperty("sessionId").GetString() + " " + happened.GetProperty("detail-type").GetString());
        }
        Assert.Equal(["s-good Session Connected", "s-good Session Ended", "s-bad Session Connected", "s-bad Session Ended"], order);
    }

    [Fact]
    public async Task What_was_not_delivered_is_delivered_by_the_next_process()
    {
        await using var world = await EventWorld.StartAsync();
        world.Receiver.Answer = (http, _) =>
        {
            http.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
            return Task.CompletedTask;
        };
        var ids = new List<string>();
        for (var i = 0; i < 10; i++)
            ids.Add(await world.PutAsync($$"""{"n":{{i}}}"""));
        await world.Host.StopServerAsync();
        world.Receiver.Answer = (_, _) => Task.CompletedTask;
        await world.Host.StartAgainAsync();
        var taken = new HashSet<string>();
        for (var i = 0; i < 10; i++)
            taken.Add((await world.Receiver.TakenAsync()).Headers["webhook-id"]);
        Assert.Equal(ids.ToHashSet(), taken);
    }

    [Fact]
    public async Task A_command_gets_the_event_on_its_standard_input()
    {
        await using var world = await EventWorld.StartAsync();
        await world.RuleAsync("command", $$"""{"source":["{{EventWorld.Source}}"]}""",
            new EventTarget { Id = "keep", Arn = "arn:aws:postern:us-east-1:000000000000:command/keep", InputPath = "$.detail" },
            new EventTarget { Id = "fail", Arn = "arn:aws:postern:us-east-1:000000000000:command/fail", RetryPolicy = new EventRetryPolicy { MaximumRetryAttempts = 0 } });
        await world.PutAsync("""{"word":"$(reboot)"}""");
        Assert.Equal("it ended with 3: broken", Assert.Single(await world.DeadAsync(1)).Error);
        await world.Receiver.TakenAsync();
        var kept = Path.Combine(world.Host.DataFolder, "kept");
        for (var tries = 0; tries < 300 && !(File.Exists(kept) && new FileInfo(kept).Length > 0); tries++)
            await Task.Delay(TimeSpan.FromMilliseconds(100), Cancel);
        Assert.Equal("""{"word":"$(reboot)"}""", (await File.ReadAllTextAsync(kept, Cancel)).Trim());
    }

    [Fact]
    public async Task A_command_that_ends_well_has_taken_the_event_whatever_it_leaves_running()
    {
        using var folder = new TempFolder();
        // What stays holds the command's input, output and errors open; the input is more than a pipe holds.
        var commands = new Commands(new ServerOptions { EventCommands = new Dictionary<string, string[]> { ["leave"] = ["/bin/sh", "-c", $"sleep 600 <&0 & echo $! >{folder["pid"]}"] } });
        try
        {
            var outcome = await commands.RunAsync(new TargetArn(TargetKind.Command, "leave", ""), new string('x', 200_000), Cancel);
            Assert.Equal(Outcome.Taken, outcome);
        }
        finally
        {
            using var left = System.Diagnostics.Process.GetProcessById(int.Parse(await File.ReadAllTextAsync(folder["pid"], Cancel), null));
            left.Kill();
        }
    }

    [Fact]
    public async Task A_command_that_the_settings_do_not_list_is_no_target()
    {
        await using var world = await EventWorld.StartAsync();
        var refused = await Assert.ThrowsAsync<AwsErrorException>(() => world.RuleAsync("evil", """{"source":["x"]}""", new EventTarget { Id = "1", Arn = "arn:aws:postern:us-east-1:000000000000:command/sh" }));
        Assert.Contains("event-command", refused.Message);
    }

    [Fact]
    public async Task A_log_group_keeps_events_as_lines()
    {
        await using var world = await EventWorld.StartAsync();
        await world.RuleAsync("log", $$"""{"source":["{{EventWorld.Source}}"]}""", new EventTarget { Id = "g", Arn = "arn:aws:logs:us-east-1:000000000000:log-group:/aws/events/all:*", InputPath = "$.detail.n" });
        await world.PutAsync("""{"n":42}""");
        var logs = world.Host.Services.GetRequiredService<LogStore>();
        for (var tries = 0; tries < 300; tries++)
        {
            if ((await logs.FindEventsAsync(new SqlConditions(), newestFirst: false, 10, 10_000, Cancel)).Rows is { Count: > 0 } lines)
            {
                Assert.Equal(("42", "log/g"), (lines[0].Message, lines[0].Stream));
                return;
            }
            await Task.Delay(TimeSpan.FromMilliseconds(100), Cancel);
        }
        Assert.Fail("The log group stayed empty.");
    }

    [Fact]
    public async Task Large_events_come_in_more_answers()
    {
        await using var world = await EventWorld.StartAsync();
        const int count = 25;
        for (var i = 0; i < count; i++)
            await world.PutAsync($$"""{"n":{{i}},"text":"{{new string('x', 200_000)}}"}""");
        var (position, seen) = (0L, new List<int>());
        do
        {
            var page = await world.Api.CallAsync(EventLogOperations.ListEvents, new ListEventsRequest { Source = EventWorld.Source, After = position }, Cancel);
            Assert.NotEmpty(page.Events!);
            Assert.InRange(page.Events!.Sum(one => one.Length), 1, 4 * 1024 * 1024);
            seen.AddRange(page.Events!.Select(NumberOf));
            position = page.Position!.Value;
        }
        while (seen.Count < count);
        Assert.Equal(Enumerable.Range(0, count), seen);
        var latest = await world.Api.CallAsync(EventLogOperations.ListEvents, new ListEventsRequest { Source = EventWorld.Source }, Cancel);
        Assert.InRange(latest.Events!.Count, 1, count - 1);
        Assert.Equal(count - 1, NumberOf(latest.Events[^1]));
    }

    private static int NumberOf(string happened)
    {
        using var json = JsonDocument.Parse(happened);
        return json.RootElement.GetProperty("detail").GetProperty("n").GetInt32();
    }

    [Fact]
    public async Task Nobody_writes_events_in_the_gateways_name()
    {
        await using var world = await EventWorld.StartAsync();
        var answer = await world.Api.CallAsync(EventBridgeOperations.PutEvents, new PutEventsRequest
        {
            Entries =
            [
                new PutEventsEntry { Source = "postern.sessions", DetailType = "Session Started", Detail = "{}" },
                new PutEventsEntry { Source = "own", DetailType = "x", Detail = "[]" },
                new PutEventsEntry { Source = "own", DetailType = "x", Detail = """{"a":1,"a":2}""" },
                new PutEventsEntry { Source = "own", Detail = "{}" },
                new PutEventsEntry { Source = "own", DetailType = "x", Detail = "{}", EventBusName = "other" },
                new PutEventsEntry { Source = "own", DetailType = "x", Detail = "{}" },
            ],
        }, Cancel);
        Assert.Equal(["NotAuthorizedForSourceException", "MalformedDetail", "MalformedDetail", "InvalidArgument", "InvalidArgument", null], answer.Entries!.Select(entry => entry.ErrorCode));
        Assert.Equal(5, answer.FailedEntryCount);
    }

    [Fact]
    public async Task Old_events_go_and_those_that_wait_stay()
    {
        await using var world = await EventWorld.StartAsync();
        world.Receiver.Answer = (http, call) =>
        {
            http.Response.StatusCode = call.Body.Contains("stay") ? 503 : 200;
            return Task.CompletedTask;
        };
        await world.PutAsync("""{"n":"go"}""");
        await world.PutAsync("""{"n":"stay"}""");
        await world.Receiver.TakenAsync();
        await world.Host.Services.GetRequiredService<Database>().ExecuteAsync("UPDATE events SET time = 1", null, Cancel);
        var outbox = world.Host.Services.GetRequiredService<EventOutbox>();
        for (var tries = 0; tries < 100 && (await outbox.PageAsync(0, 100, Cancel)).Any(row => row.Event.Contains("\"go\"")); tries++)
        {
            await world.Host.Services.GetRequiredService<EventUpkeep>().TidyAsync(Cancel);
            await Task.Delay(TimeSpan.FromMilliseconds(50), Cancel); // what was taken is settled a moment after the answer
        }
        var left = (await outbox.PageAsync(0, 100, Cancel)).Where(row => row.Source == EventWorld.Source).ToList();
        Assert.Contains("stay", Assert.Single(left).Event);
    }

    private static AuditEvent Session(string id, string name) => new()
    {
        Service = "ssmmessages",
        Name = name,
        Type = AuditEvent.ServiceEvent,
        Principal = AuditPrincipal.Owner("arn:aws:iam::000000000000:user/anna", "AIDA", "000000000000", null),
        Resources = [$"arn:aws:ssm:us-east-1:000000000000:session/{id}"],
        Details = name == "SessionEnded" ? [new("sessionId", id), new("bytesToNode", "12")] : [new("sessionId", id)],
    };
}
