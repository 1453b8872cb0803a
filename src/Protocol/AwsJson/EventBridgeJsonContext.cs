using System.Text.Json.Serialization;

namespace Postern.Protocol.AwsJson;

/// <summary>Shapes of EventBridge and of our own event log: members are read in any case, unknown ones are skipped, absent ones are not written, times are epoch seconds.</summary>
[JsonSourceGenerationOptions(
    PropertyNameCaseInsensitive = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    Converters = [typeof(EpochSecondsConverter)])]
[JsonSerializable(typeof(EmptyResponse))]
[JsonSerializable(typeof(PutRuleRequest))]
[JsonSerializable(typeof(PutRuleResponse))]
[JsonSerializable(typeof(RuleRequest))]
[JsonSerializable(typeof(EventRule))]
[JsonSerializable(typeof(ListRulesRequest))]
[JsonSerializable(typeof(ListRulesResponse))]
[JsonSerializable(typeof(ListRuleNamesByTargetRequest))]
[JsonSerializable(typeof(ListRuleNamesByTargetResponse))]
[JsonSerializable(typeof(TestEventPatternRequest))]
[JsonSerializable(typeof(TestEventPatternResponse))]
[JsonSerializable(typeof(EventBus))]
[JsonSerializable(typeof(DescribeEventBusRequest))]
[JsonSerializable(typeof(ListEventBusesRequest))]
[JsonSerializable(typeof(ListEventBusesResponse))]
[JsonSerializable(typeof(EventTagsRequest))]
[JsonSerializable(typeof(EventTagsResponse))]
[JsonSerializable(typeof(EventTarget))]
[JsonSerializable(typeof(PutTargetsRequest))]
[JsonSerializable(typeof(RemoveTargetsRequest))]
[JsonSerializable(typeof(TargetsResponse))]
[JsonSerializable(typeof(ListTargetsByRuleRequest))]
[JsonSerializable(typeof(ListTargetsByRuleResponse))]
[JsonSerializable(typeof(PutEventsRequest))]
[JsonSerializable(typeof(PutEventsResponse))]
[JsonSerializable(typeof(ConnectionRequest))]
[JsonSerializable(typeof(ConnectionAuthParameters))]
[JsonSerializable(typeof(EventConnection))]
[JsonSerializable(typeof(EventNameRequest))]
[JsonSerializable(typeof(ListEndpointsRequest))]
[JsonSerializable(typeof(ListConnectionsResponse))]
[JsonSerializable(typeof(ApiDestinationRequest))]
[JsonSerializable(typeof(ApiDestination))]
[JsonSerializable(typeof(ListApiDestinationsResponse))]
[JsonSerializable(typeof(ListEventsRequest))]
[JsonSerializable(typeof(ListEventsResponse))]
[JsonSerializable(typeof(DeadLettersRequest))]
[JsonSerializable(typeof(DeadLettersResponse))]
[JsonSerializable(typeof(ListDeadLettersResponse))]
internal sealed partial class EventBridgeJsonContext : JsonSerializerContext;
