using System.Text;
using System.Text.Json;
using Postern.Protocol.AwsJson;
using Postern.Server.Api;
using Postern.Server.Events;
using Postern.Server.Events.Patterns;
using Postern.Server.Iam;

namespace Postern.Server.EventBridge;

/// <summary>PutEvents, TestEventPattern, DescribeEventBus and ListEventBuses.</summary>
internal sealed class EventOperations(EventOutbox outbox, TimeProvider time)
{
    private const int MaxEntries = 10, MaxSize = 256 * 1024, MaxResources = 100, MaxText = 256, MaxPattern = 4096, MaxPage = 100;

    /// <summary>Sources of the gateway's own events, which nobody else may give.</summary>
    private static readonly string[] Reserved = ["aws.", "postern."];

    private static readonly string[] Mandatory = ["id", "account", "source", "time", "region", "resources", "detail-type"];

    public static IReadOnlyList<Touched> Touches(PutEventsRequest request, CallContext context)
    {
        var entries = (request.Entries ?? []).OfType<PutEventsEntry>().Take(MaxEntries).ToList();
        return entries.Count == 0
            ? [new Touched(EventResources.BusArn(context.Arns, null))]
            : [.. entries.Select(entry => new Touched(entry.EventBusName?.StartsWith("arn:", StringComparison.Ordinal) == true ? entry.EventBusName : EventResources.BusArn(context.Arns, entry.EventBusName))
            {
                Keys = [new ConditionKey("events:source", entry.Source ?? ""), new ConditionKey("events:detail-type", entry.DetailType ?? "")],
            })];
    }

    public async Task<PutEventsResponse> PutAsync(PutEventsRequest request, CallContext context, CancellationToken cancellationToken)
    {
        new Validation().Required("entries", request.Entries).Items("entries", request.Entries, 1, MaxEntries).ThrowIfFaulty();
        if (request.Entries!.Sum(SizeOf) > MaxSize)
            throw new AwsErrorException("ValidationException", $"Total size of the entries in the request is over the limit of {MaxSize} bytes.");
        var events = new List<HappenedEvent>();
        var results = new List<PutEventsResult>();
        foreach (var entry in request.Entries!)
        {
            var fault = Fault(entry, context);
            var happened = fault is null ? Event(entry) : null;
            if (happened is not null)
                events.Add(happened);
            results.Add(happened is not null ? new PutEventsResult { EventId = happened.Id } : new PutEventsResult { ErrorCode = fault!.Value.Code, ErrorMessage = fault.Value.Message });
        }
        if (events.Count > 0)
            await outbox.AppendAsync(events, cancellationToken);
        return new PutEventsResponse { FailedEntryCount = results.Count(result => result.EventId is null), Entries = results };
    }

    public Task<TestEventPatternResponse> TestAsync(TestEventPatternRequest request, CallContext context, CancellationToken cancellationToken)
    {
        new Validation().Required("eventPattern", request.EventPattern).Required("event", request.Event).Length("eventPattern", request.EventPattern, 0, MaxPattern)
            .Length("event", request.Event, 0, MaxSize).ThrowIfFaulty();
        var pattern = RuleOperations.Check(request.EventPattern!);
        try
        {
            using var happened = JsonDocument.Parse(request.Event!, new JsonDocumentOptions { MaxDepth = EventPattern.MaxDepth });
            var missing = happened.RootElement.ValueKind != JsonValueKind.Object ? Mandatory : [.. Mandatory.Where(name => !happened.RootElement.TryGetProperty(name, out _))];
            return missing.Length == 0
                ? Task.FromResult(new TestEventPatternResponse { Result = pattern.Matches(happened.RootElement) })
                : throw new AwsErrorException("ValidationException", $"Parameter Event is not valid. Reason: these members are missing: {string.Join(", ", missing)}.");
        }
        catch (JsonException)
        {
            throw new AwsErrorException("ValidationException", "Parameter Event is not valid. Reason: it is not JSON, or nested too deep.");
        }
    }

    public static Task<EventBus> DescribeBusAsync(DescribeEventBusRequest request, CallContext context, CancellationToken cancellationToken)
    {
        EventResources.RequireBus(request.Name, context);
        return Task.FromResult(Bus(context));
    }

    public static Task<ListEventBusesResponse> ListBusesAsync(ListEventBusesRequest request, CallContext context, CancellationToken cancellationToken)
    {
        new Validation().Range("limit", request.Limit, 1, MaxPage).ThrowIfFaulty();
        return Task.FromResult(new ListEventBusesResponse { EventBuses = EventResources.DefaultBus.StartsWith(request.NamePrefix ?? "", StringComparison.Ordinal) ? [Bus(context)] : [] });
    }

    private static EventBus Bus(CallContext context) => new() { Name = EventResources.DefaultBus, Arn = EventResources.BusArn(context.Arns, null) };

    private HappenedEvent Event(PutEventsEntry entry)
    {
        using var detail = JsonDocument.Parse(entry.Detail!);
        return new HappenedEvent(Guid.NewGuid().ToString(), entry.Source!, entry.DetailType!, entry.Time ?? time.GetUtcNow(), "", entry.Resources ?? [], Json.Write(json =>
        {
            foreach (var member in detail.RootElement.EnumerateObject())
                member.WriteTo(json); // on one line
        }));
    }

    private static (string Code, string Message)? Fault(PutEventsEntry entry, CallContext context)
    {
        if (entry.EventBusName is not (null or EventResources.DefaultBus) && entry.EventBusName != EventResources.BusArn(context.Arns, null))
            return ("InvalidArgument", "EventBusName is not valid. The event bus here is default.");
        if (string.IsNullOrEmpty(entry.Source))
            return ("InvalidArgument", "Parameter Source is not valid. Reason: Source is a required argument.");
        if (Reserved.Any(prefix => entry.Source.StartsWith(prefix, StringComparison.OrdinalIgnoreCase)))
            return ("NotAuthorizedForSourceException", "Not authorized for the source.");
        if (string.IsNullOrEmpty(entry.DetailType))
            return ("InvalidArgument", "Parameter DetailType is not valid. Reason: DetailType is a required argument.");
        if (entry.Source.Length > MaxText || entry.DetailType.Length > MaxText || entry.Resources?.Count > MaxResources || entry.Resources?.Any(resource => resource is null or { Length: > 2048 }) == true)
            return ("InvalidArgument", $"Source, DetailType (at most {MaxText} characters) or Resources (at most {MaxResources}) is too long.");
        if (string.IsNullOrEmpty(entry.Detail))
            return ("InvalidArgument", "Parameter Detail is not valid. Reason: Detail is a required argument.");
        return IsObject(entry.Detail) ? null : ("MalformedDetail", "Detail is malformed.");
    }

    // One level of nesting is the envelope's. Names given twice are read by some and not by others.
    private static bool IsObject(string text)
    {
        try
        {
            using var parsed = JsonDocument.Parse(text, new JsonDocumentOptions { MaxDepth = EventPattern.MaxDepth - 1, AllowDuplicateProperties = false });
            return parsed.RootElement.ValueKind == JsonValueKind.Object && !text.Contains("\\u0000", StringComparison.Ordinal);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return false;
        }
    }

    private static long SizeOf(PutEventsEntry entry)
        => Bytes(entry.Source) + Bytes(entry.DetailType) + Bytes(entry.Detail) + (entry.Resources ?? []).Sum(Bytes);

    private static long Bytes(string? text) => text is null ? 0 : Encoding.UTF8.GetByteCount(text);
}
