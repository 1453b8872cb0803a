using System.Globalization;
using Postern.Protocol.Audit;
using Postern.Protocol.AwsJson;
using Postern.Server.Api;
using Postern.Server.Audit;
using Postern.Server.Storage;

namespace Postern.Server.CloudTrail;

/// <summary>LookupEvents: recorded calls and events of sessions, newest first, in pages.</summary>
internal sealed class LookupEvents(AuditStore store)
{
    private const int MaxPage = 50, MaxAttributes = 8, MaxValue = 2000;
    private static readonly string[] Keys = ["EventId", "EventName", "ReadOnly", "Username", "ResourceType", "ResourceName", "EventSource", "AccessKeyId"];

    /// <exception cref="AwsErrorException">InvalidLookupAttributesException, InvalidTimeRangeException, InvalidMaxResultsException, InvalidNextTokenException or InvalidEventCategoryException.</exception>
    public async Task<LookupEventsResponse> HandleAsync(LookupEventsRequest request, CallContext context, CancellationToken cancellationToken)
    {
        var size = request.MaxResults ?? MaxPage;
        if (size is < 1 or > MaxPage)
            throw new AwsErrorException("InvalidMaxResultsException", $"MaxResults must be a number from 1 to {MaxPage}.");
        if (request.EventCategory is not null)
            throw new AwsErrorException("InvalidEventCategoryException", "There are no insight events here. Leave EventCategory out.");
        if (request.StartTime > request.EndTime)
            throw new AwsErrorException("InvalidTimeRangeException", "StartTime is after EndTime.");
        var conditions = new SqlConditions();
        foreach (var attribute in Attributes(request))
            Add(conditions, attribute.AttributeKey!, attribute.AttributeValue!);
        if (request.StartTime is { } start)
            conditions.And($"time >= {conditions.Value(start.ToUnixTimeMilliseconds())}");
        if (request.EndTime is { } end)
            conditions.And($"time <= {conditions.Value(end.ToUnixTimeMilliseconds())}");
        var scope = ScopeOf(request);
        if (Position(scope, request.NextToken) is { } before)
            conditions.And($"sequence < {conditions.Value(before)}");
        var found = await store.FindAsync(conditions, size + 1, cancellationToken);
        return new LookupEventsResponse
        {
            Events = [.. found.Take(size).Select(Describe)],
            NextToken = found.Count > size ? PageToken.Write(scope, found[size - 1].Sequence.ToString(CultureInfo.InvariantCulture)) : null,
        };
    }

    private static IReadOnlyList<LookupAttribute> Attributes(LookupEventsRequest request)
    {
        var attributes = request.LookupAttributes ?? [];
        if (attributes.Count > MaxAttributes)
            throw Invalid($"At most {MaxAttributes} attributes can be looked up at once.");
        foreach (var attribute in attributes)
        {
            if (attribute?.AttributeKey is not { } key || !Keys.Contains(key))
                throw Invalid($"The key of a lookup attribute is one of: {string.Join(", ", Keys)}.");
            if (attribute.AttributeValue is not { Length: > 0 and <= MaxValue })
                throw Invalid($"The value of the lookup attribute {key} must have 1 to {MaxValue} characters.");
        }
        return attributes;
    }

    private static void Add(SqlConditions conditions, string key, string value)
    {
        switch (key)
        {
            case "ReadOnly":
                if (value is not ("true" or "false"))
                    throw Invalid("The value of the lookup attribute ReadOnly is true or false.");
                conditions.And($"read_only = {conditions.Value(value == "true" ? 1L : 0L)}");
                break;
            case "ResourceName":
                // A line that is the name, or ends in it: policies and people name a node with its ARN or its id.
                var name = conditions.Value(SqlText.Like(value));
                conditions.And($"(('\n' || resources || '\n') LIKE '%\n' || {name} || '\n%' ESCAPE '!' OR (resources || '\n') LIKE '%/' || {name} || '\n%' ESCAPE '!')");
                break;
            case "ResourceType":
                conditions.And(ResourceTypes.PatternOf(value) is { } pattern ? $"resources LIKE {conditions.Value($"%{pattern}%")}" : "1 = 0");
                break;
            default:
                conditions.And($"{Column(key)} = {conditions.Value(value)}");
                break;
        }
    }

    private static string Column(string key) => key switch
    {
        "EventId" => "event_id",
        "EventName" => "event_name",
        "Username" => "user_name",
        "EventSource" => "event_source",
        _ => "access_key_id",
    };

    private static string ScopeOf(LookupEventsRequest request) => PageToken.Scope("LookupEvents",
    [
        ("Start", [Text(request.StartTime)]), ("End", [Text(request.EndTime)]),
        .. (request.LookupAttributes ?? []).Select(attribute => (attribute.AttributeKey!, (IReadOnlyList<string>)[attribute.AttributeValue!])),
    ]);

    private static string Text(DateTimeOffset? time) => time?.ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture) ?? "";

    private static long? Position(string scope, string? token)
    {
        try
        {
            var position = PageToken.Read(scope, token);
            return position.Length == 0 ? null : long.Parse(position, CultureInfo.InvariantCulture);
        }
        catch (Exception e) when (e is AwsErrorException or FormatException or OverflowException)
        {
            throw new AwsErrorException("InvalidNextTokenException", "NextToken is not one that LookupEvents gave for this lookup. Ask for the first page without NextToken.");
        }
    }

    private static CloudTrailEvent Describe(AuditEntry entry) => new()
    {
        EventId = entry.EventId,
        EventName = entry.EventName,
        ReadOnly = entry.ReadOnly ? "true" : "false",
        AccessKeyId = entry.AccessKeyId.Length > 0 ? entry.AccessKeyId : null,
        EventTime = DateTimeOffset.FromUnixTimeMilliseconds(entry.Time),
        EventSource = entry.EventSource,
        Username = entry.UserName.Length > 0 ? entry.UserName : null,
        Resources = [.. entry.Resources.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(arn => new CloudTrailResource { ResourceType = ResourceTypes.Of(arn), ResourceName = arn })],
        Record = entry.Record,
    };

    private static AwsErrorException Invalid(string message) => new("InvalidLookupAttributesException", message);
}
