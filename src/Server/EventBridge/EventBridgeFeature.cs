using Postern.Protocol.AwsJson;
using Postern.Server.Api;
using Postern.Server.Iam;

namespace Postern.Server.EventBridge;

/// <summary>The operations that <c>aws events</c> calls, and our own on what happened.</summary>
internal static class EventBridgeFeature
{
    private const string Connection = "connection", Destination = "api-destination";

    public static void AddTo(OperationRegistry operations, IServiceProvider services)
    {
        AddRules(operations, services);
        AddEndpoints(operations, services);
        var happened = ActivatorUtilities.CreateInstance<EventOperations>(services);
        operations.Add(EventBridgeOperations.PutEvents, Access.User, "events:PutEvents",
            (request, context, _) => ValueTask.FromResult(EventOperations.Touches(request, context)), happened.PutAsync);
        operations.Add(EventBridgeOperations.TestEventPattern, Access.User, "events:TestEventPattern", Touched.Anything, happened.TestAsync);
        operations.Add(EventBridgeOperations.DescribeEventBus, Access.User, "events:DescribeEventBus",
            (request, context) => new Touched(EventResources.BusArn(context.Arns, request.Name)), EventOperations.DescribeBusAsync);
        operations.Add(EventBridgeOperations.ListEventBuses, Access.User, "events:ListEventBuses", Touched.Anything, EventOperations.ListBusesAsync);

        var reading = ActivatorUtilities.CreateInstance<EventLogReading>(services);
        operations.Add(EventLogOperations.ListEvents, Access.User, "postern:ListEvents", Touched.Anything, reading.ListAsync);
        operations.Add(EventLogOperations.ListDeadLetters, Access.User, "postern:ListDeadLetters", Touched.Anything, reading.ListDeadAsync);
        operations.Add(EventLogOperations.RedriveDeadLetters, Access.User, "postern:RedriveDeadLetters", Touched.Anything, reading.RedriveAsync);
        operations.Add(EventLogOperations.DeleteDeadLetters, Access.User, "postern:DeleteDeadLetters", Touched.Anything, reading.DeleteAsync);
    }

    private static void AddRules(OperationRegistry operations, IServiceProvider services)
    {
        var rules = ActivatorUtilities.CreateInstance<RuleOperations>(services);
        operations.Add(EventBridgeOperations.PutRule, Access.User, "events:PutRule", (request, context, _) => ValueTask.FromResult(Touches(request, context)), rules.PutAsync);
        operations.Add(EventBridgeOperations.DescribeRule, Access.User, "events:DescribeRule", (request, context) => EventResources.Rule(request.Name, context), rules.DescribeAsync);
        operations.Add(EventBridgeOperations.EnableRule, Access.User, "events:EnableRule", (request, context) => EventResources.Rule(request.Name, context), rules.EnableAsync);
        operations.Add(EventBridgeOperations.DisableRule, Access.User, "events:DisableRule", (request, context) => EventResources.Rule(request.Name, context), rules.DisableAsync);
        operations.Add(EventBridgeOperations.DeleteRule, Access.User, "events:DeleteRule", (request, context) => EventResources.Rule(request.Name, context), rules.DeleteAsync);
        operations.Add(EventBridgeOperations.ListRules, Access.User, "events:ListRules", Touched.Anything, rules.ListAsync);
        operations.Add(EventBridgeOperations.ListRuleNamesByTarget, Access.User, "events:ListRuleNamesByTarget", Touched.Anything, rules.ListNamesAsync);

        var targets = ActivatorUtilities.CreateInstance<TargetOperations>(services);
        operations.Add(EventBridgeOperations.PutTargets, Access.User, "events:PutTargets", (request, context, _) => ValueTask.FromResult(TargetOperations.Touches(request, context)), targets.PutAsync);
        operations.Add(EventBridgeOperations.RemoveTargets, Access.User, "events:RemoveTargets", (request, context) => EventResources.Rule(request.Rule, context), targets.RemoveAsync);
        operations.Add(EventBridgeOperations.ListTargetsByRule, Access.User, "events:ListTargetsByRule", (request, context) => EventResources.Rule(request.Rule, context), targets.ListAsync);

        var tags = ActivatorUtilities.CreateInstance<RuleTags>(services);
        operations.Add(EventBridgeOperations.TagResource, Access.User, "events:TagResource", (request, context) => Tagged(request, [.. RequestTags(request.Tags)]), tags.AddAsync);
        operations.Add(EventBridgeOperations.UntagResource, Access.User, "events:UntagResource",
            (request, context) => Tagged(request, [new ConditionKey("aws:TagKeys", [.. (request.TagKeys ?? []).OfType<string>()])]), tags.RemoveAsync);
        operations.Add(EventBridgeOperations.ListTagsForResource, Access.User, "events:ListTagsForResource", (request, context) => Tagged(request, []), tags.ListAsync);
    }

    private static void AddEndpoints(OperationRegistry operations, IServiceProvider services)
    {
        var connections = ActivatorUtilities.CreateInstance<ConnectionOperations>(services);
        operations.Add(EventBridgeOperations.CreateConnection, Access.User, "events:CreateConnection", (request, context) => EventResources.Endpoint(Connection, request.Name, context), connections.CreateAsync);
        operations.Add(EventBridgeOperations.UpdateConnection, Access.User, "events:UpdateConnection", (request, context) => EventResources.Endpoint(Connection, request.Name, context), connections.UpdateAsync);
        operations.Add(EventBridgeOperations.DescribeConnection, Access.User, "events:DescribeConnection", (request, context) => EventResources.Endpoint(Connection, request.Name, context), connections.DescribeAsync);
        operations.Add(EventBridgeOperations.DeauthorizeConnection, Access.User, "events:DeauthorizeConnection",
            (request, context) => EventResources.Endpoint(Connection, request.Name, context), connections.DeauthorizeAsync);
        operations.Add(EventBridgeOperations.DeleteConnection, Access.User, "events:DeleteConnection", (request, context) => EventResources.Endpoint(Connection, request.Name, context), connections.DeleteAsync);
        operations.Add(EventBridgeOperations.ListConnections, Access.User, "events:ListConnections", Touched.Anything, connections.ListAsync);

        var destinations = ActivatorUtilities.CreateInstance<ApiDestinationOperations>(services);
        operations.Add(EventBridgeOperations.CreateApiDestination, Access.User, "events:CreateApiDestination",
            (request, context) => EventResources.Endpoint(Destination, request.Name, context), destinations.CreateAsync);
        operations.Add(EventBridgeOperations.UpdateApiDestination, Access.User, "events:UpdateApiDestination",
            (request, context) => EventResources.Endpoint(Destination, request.Name, context), destinations.UpdateAsync);
        operations.Add(EventBridgeOperations.DescribeApiDestination, Access.User, "events:DescribeApiDestination",
            (request, context) => EventResources.Endpoint(Destination, request.Name, context), destinations.DescribeAsync);
        operations.Add(EventBridgeOperations.DeleteApiDestination, Access.User, "events:DeleteApiDestination",
            (request, context) => EventResources.Endpoint(Destination, request.Name, context), destinations.DeleteAsync);
        operations.Add(EventBridgeOperations.ListApiDestinations, Access.User, "events:ListApiDestinations", Touched.Anything, destinations.ListAsync);
    }

    /// <summary>A rule that comes with tags is tagged, too.</summary>
    private static IReadOnlyList<Touched> Touches(PutRuleRequest request, CallContext context)
    {
        var rule = EventResources.Rule(request.Name, context) with { Keys = [.. RequestTags(request.Tags)] };
        return request.Tags is { Count: > 0 } ? [rule, rule with { Action = "events:TagResource" }] : [rule];
    }

    private static Touched Tagged(EventTagsRequest request, IReadOnlyList<ConditionKey> keys) => new Touched(request.ResourceARN?.StartsWith("arn:", StringComparison.Ordinal) == true ? request.ResourceARN : "*") { Keys = keys };

    private static IEnumerable<ConditionKey> RequestTags(IReadOnlyList<Tag>? tags) => Nodes.NodeResources.KeysOf(tags);
}
