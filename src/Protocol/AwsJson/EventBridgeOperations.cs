using System.Runtime.CompilerServices;
using System.Text.Json.Serialization.Metadata;
using static Postern.Protocol.AwsJson.EventBridgeJsonContext;

namespace Postern.Protocol.AwsJson;

/// <summary>Operations of EventBridge.</summary>
public static class EventBridgeOperations
{
    public static AwsOperation<PutRuleRequest, PutRuleResponse> PutRule => field ??= Of(Default.PutRuleRequest, Default.PutRuleResponse);
    public static AwsOperation<RuleRequest, EventRule> DescribeRule => field ??= Of(Default.RuleRequest, Default.EventRule);
    public static AwsOperation<RuleRequest, EmptyResponse> EnableRule => field ??= Of(Default.RuleRequest, Default.EmptyResponse);
    public static AwsOperation<RuleRequest, EmptyResponse> DisableRule => field ??= Of(Default.RuleRequest, Default.EmptyResponse);
    public static AwsOperation<RuleRequest, EmptyResponse> DeleteRule => field ??= Of(Default.RuleRequest, Default.EmptyResponse);
    public static AwsOperation<ListRulesRequest, ListRulesResponse> ListRules => field ??= Of(Default.ListRulesRequest, Default.ListRulesResponse);
    public static AwsOperation<ListRuleNamesByTargetRequest, ListRuleNamesByTargetResponse> ListRuleNamesByTarget => field ??= Of(Default.ListRuleNamesByTargetRequest, Default.ListRuleNamesByTargetResponse);
    public static AwsOperation<PutTargetsRequest, TargetsResponse> PutTargets => field ??= Of(Default.PutTargetsRequest, Default.TargetsResponse);
    public static AwsOperation<RemoveTargetsRequest, TargetsResponse> RemoveTargets => field ??= Of(Default.RemoveTargetsRequest, Default.TargetsResponse);
    public static AwsOperation<ListTargetsByRuleRequest, ListTargetsByRuleResponse> ListTargetsByRule => field ??= Of(Default.ListTargetsByRuleRequest, Default.ListTargetsByRuleResponse);
    public static AwsOperation<TestEventPatternRequest, TestEventPatternResponse> TestEventPattern => field ??= Of(Default.TestEventPatternRequest, Default.TestEventPatternResponse);
    public static AwsOperation<PutEventsRequest, PutEventsResponse> PutEvents => field ??= Of(Default.PutEventsRequest, Default.PutEventsResponse);
    public static AwsOperation<DescribeEventBusRequest, EventBus> DescribeEventBus => field ??= Of(Default.DescribeEventBusRequest, Default.EventBus);
    public static AwsOperation<ListEventBusesRequest, ListEventBusesResponse> ListEventBuses => field ??= Of(Default.ListEventBusesRequest, Default.ListEventBusesResponse);
    public static AwsOperation<EventTagsRequest, EmptyResponse> TagResource => field ??= Of(Default.EventTagsRequest, Default.EmptyResponse);
    public static AwsOperation<EventTagsRequest, EmptyResponse> UntagResource => field ??= Of(Default.EventTagsRequest, Default.EmptyResponse);
    public static AwsOperation<EventTagsRequest, EventTagsResponse> ListTagsForResource => field ??= Of(Default.EventTagsRequest, Default.EventTagsResponse);
    public static AwsOperation<ConnectionRequest, EventConnection> CreateConnection => field ??= Of(Default.ConnectionRequest, Default.EventConnection);
    public static AwsOperation<ConnectionRequest, EventConnection> UpdateConnection => field ??= Of(Default.ConnectionRequest, Default.EventConnection);
    public static AwsOperation<EventNameRequest, EventConnection> DescribeConnection => field ??= Of(Default.EventNameRequest, Default.EventConnection);
    public static AwsOperation<EventNameRequest, EventConnection> DeauthorizeConnection => field ??= Of(Default.EventNameRequest, Default.EventConnection);
    public static AwsOperation<EventNameRequest, EventConnection> DeleteConnection => field ??= Of(Default.EventNameRequest, Default.EventConnection);
    public static AwsOperation<ListEndpointsRequest, ListConnectionsResponse> ListConnections => field ??= Of(Default.ListEndpointsRequest, Default.ListConnectionsResponse);
    public static AwsOperation<ApiDestinationRequest, ApiDestination> CreateApiDestination => field ??= Of(Default.ApiDestinationRequest, Default.ApiDestination);
    public static AwsOperation<ApiDestinationRequest, ApiDestination> UpdateApiDestination => field ??= Of(Default.ApiDestinationRequest, Default.ApiDestination);
    public static AwsOperation<EventNameRequest, ApiDestination> DescribeApiDestination => field ??= Of(Default.EventNameRequest, Default.ApiDestination);
    public static AwsOperation<EventNameRequest, EmptyResponse> DeleteApiDestination => field ??= Of(Default.EventNameRequest, Default.EmptyResponse);
    public static AwsOperation<ListEndpointsRequest, ListApiDestinationsResponse> ListApiDestinations => field ??= Of(Default.ListEndpointsRequest, Default.ListApiDestinationsResponse);

    private static AwsOperation<TRequest, TResponse> Of<TRequest, TResponse>(JsonTypeInfo<TRequest> request, JsonTypeInfo<TResponse> response, [CallerMemberName] string name = "")
        => new("events", "AWSEvents." + name, request, response);
}
