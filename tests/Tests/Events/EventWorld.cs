using System.Net;
using Postern.Protocol.AwsJson;
using Postern.Tests.Support;

namespace Postern.Tests.Events;

/// <summary>A gateway, a receiver, and a rule that sends own events from one to the other.</summary>
internal sealed class EventWorld : IAsyncDisposable
{
    public const string Secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", Source = "team.tests", Rule = "to-hook";

    private EventWorld(ServerHost host, HookReceiver receiver) => (Host, Receiver, Api) = (host, receiver, host.CreateApiClient());

    public ServerHost Host { get; }
    public HookReceiver Receiver { get; }
    public AwsJsonClient Api { get; }
    public string DestinationArn { get; private set; } = "";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static async Task<EventWorld> StartAsync(string pattern = $$"""{"source":["{{Source}}"]}""", Func<EventTarget, EventTarget>? target = null, string allow = "127.0.0.0/8")
    {
        var receiver = await HookReceiver.StartAsync();
        var host = await ServerHost.StartAsync(options => options with
        {
            WebhookAllow = allow.Length == 0 ? [] : [IPNetwork.Parse(allow)],
            EventCommands = new Dictionary<string, string[]> { ["keep"] = ["/usr/bin/tee", $"{options.Data}/kept"], ["fail"] = ["/bin/sh", "-c", "cat >/dev/null; echo broken >&2; exit 3"] },
        });
        var world = new EventWorld(host, receiver);
        world.DestinationArn = await world.DestinationAsync("hook", receiver.Address + "/hook");
        await world.RuleAsync(Rule, pattern, target?.Invoke(new EventTarget { Id = "1", Arn = world.DestinationArn }) ?? new EventTarget { Id = "1", Arn = world.DestinationArn });
        return world;
    }

    /// <summary>An API destination whose requests are signed.</summary>
    public async Task<string> DestinationAsync(string name, string endpoint)
    {
        var connection = await Api.CallAsync(EventBridgeOperations.CreateConnection, new ConnectionRequest
        {
            Name = name,
            AuthorizationType = "API_KEY",
            AuthParameters = new ConnectionAuthParameters { ApiKeyAuthParameters = new ConnectionApiKey { ApiKeyName = "webhook-signature", ApiKeyValue = Secret } },
        }, Cancel);
        return (await Api.CallAsync(EventBridgeOperations.CreateApiDestination, new ApiDestinationRequest
        {
            Name = name,
            ConnectionArn = connection.ConnectionArn,
            InvocationEndpoint = endpoint,
            HttpMethod = "POST",
        }, Cancel)).ApiDestinationArn!;
    }

    public async Task RuleAsync(string name, string pattern, params EventTarget[] targets)
    {
        await Api.CallAsync(EventBridgeOperations.PutRule, new PutRuleRequest { Name = name, EventPattern = pattern }, Cancel);
        await Api.CallAsync(EventBridgeOperations.PutTargets, new PutTargetsRequest { Rule = name, Targets = targets }, Cancel);
    }

    /// <summary>An own event; returns its id.</summary>
    public async Task<string> PutAsync(string detail)
    {
        var answer = await Api.CallAsync(EventBridgeOperations.PutEvents, new PutEventsRequest { Entries = [new PutEventsEntry { Source = Source, DetailType = "Test", Detail = detail }] }, Cancel);
        Assert.Equal(0, answer.FailedEntryCount);
        return answer.Entries![0].EventId!;
    }

    /// <summary>Waits for dead letters.</summary>
    public async Task<IReadOnlyList<DeadLetter>> DeadAsync(int count)
    {
        for (var tries = 0; tries < 600; tries++)
        {
            var found = await Api.CallAsync(EventLogOperations.ListDeadLetters, new DeadLettersRequest(), Cancel);
            if (found.DeadLetters!.Count >= count)
                return found.DeadLetters;
            await Task.Delay(TimeSpan.FromMilliseconds(100), Cancel);
        }
        throw new TimeoutException($"There are not {count} dead letters.");
    }

    public async ValueTask DisposeAsync()
    {
        await Host.DisposeAsync();
        await Receiver.DisposeAsync();
    }
}
