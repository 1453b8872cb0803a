using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Postern.Protocol.AwsJson;
using Postern.Server.Api;
using Postern.Server.Logs;
using Postern.Server.Storage;

namespace Postern.Server.CloudWatchLogs;

/// <summary>FilterLogEvents: events of a group's streams in the order of time; what <c>aws logs tail</c> asks for again and again.</summary>
internal sealed class FilterLogEvents(LogStore store, TimeProvider time)
{
    /// <summary>What is looked at for one answer; a page may be empty although more follow, as in AWS.</summary>
    private static readonly TimeSpan LongestSearch = TimeSpan.FromSeconds(3);
    private const int MaxSearched = 20_000, ReadAtOnce = 1000, MaxEvents = 10_000, MaxBytes = 1024 * 1024, BytesAtOnce = 2 * 1024 * 1024, MaxCharacters = 16 * 1024 * 1024, MaxStreams = 100;

    /// <exception cref="AwsErrorException">InvalidParameterException, ResourceNotFoundException.</exception>
    public async Task<FilterLogEventsResponse> HandleAsync(FilterLogEventsRequest request, CallContext context, CancellationToken cancellationToken)
    {
        var (names, prefix) = (request.LogStreamNames, request.LogStreamNamePrefix);
        new Validation().Items("logStreamNames", names, 1, MaxStreams).Length("logStreamNamePrefix", prefix, 1, LogNames.MaxName)
            .Must(names is null || prefix is null, "logStreamNamePrefix", "LogStreamNames and LogStreamNamePrefix may not be used together")
            .Length("filterPattern", request.FilterPattern, 0, FilterPattern.MaxLength).Range("limit", request.Limit, 1, MaxEvents).ThrowIfFaulty(LogResources.InvalidParameter);
        var pattern = FilterPattern.Parse(request.FilterPattern ?? "");
        var group = await LogResources.FindAsync(store, request.LogGroupName, request.LogGroupIdentifier, cancellationToken);
        var scope = PageToken.Scope("FilterLogEvents",
        [
            ("Group", [group.Name]), ("Streams", [.. names?.Select(name => name!) ?? [], prefix ?? ""]), ("Pattern", [request.FilterPattern ?? ""]), ("Times", [Text(request.StartTime), Text(request.EndTime)]),
        ]);
        var token = LogTokens.Read(scope, request.NextToken);
        LogPlace? after = token.Length == 0 ? null : LogTokens.Place(token) ?? throw LogResources.Invalid("The specified nextToken is invalid.");

        var limit = request.Limit ?? MaxEvents;
        List<FilteredLogEvent> found = [];
        var (searched, characters, bytes, more, began) = (0, 0, 0, true, time.GetTimestamp());
        while (more && searched < MaxSearched && characters < MaxCharacters && found.Count < limit && bytes < MaxBytes && time.GetElapsedTime(began) < LongestSearch)
        {
            (var rows, more) = await store.FindEventsAsync(Conditions(request, group.Id, after), newestFirst: false, ReadAtOnce, BytesAtOnce, cancellationToken);
            foreach (var row in rows)
            {
                if (found.Count == limit || bytes >= MaxBytes || characters >= MaxCharacters || time.GetElapsedTime(began) >= LongestSearch)
                {
                    more = true;
                    break;
                }
                (after, searched, characters) = (row.Place, searched + 1, characters + row.Message.Length);
                if (!Matches(pattern, row.Message))
                    continue;
                bytes += Encoding.UTF8.GetByteCount(row.Message) + LogStore.EventOverhead;
                found.Add(new FilteredLogEvent { LogStreamName = row.Stream, Timestamp = row.Time, Message = row.Message, IngestionTime = row.IngestedAt, EventId = row.Id.ToString("D56", CultureInfo.InvariantCulture) });
            }
        }
        return new FilterLogEventsResponse { Events = found, SearchedLogStreams = [], NextToken = more && after is { } at ? PageToken.Write(scope, LogTokens.Write(at)) : null };
    }

    private static bool Matches(FilterPattern pattern, string message)
    {
        try
        {
            return pattern.Matches(message);
        }
        catch (RegexMatchTimeoutException)
        {
            throw LogResources.Invalid("Invalid filter pattern: its regular expression takes too long for one of these events. Make it simpler: fewer repetitions and alternatives.");
        }
    }

    private static SqlConditions Conditions(FilterLogEventsRequest request, long groupId, LogPlace? after)
    {
        var conditions = new SqlConditions();
        conditions.And($"e.group_id = {conditions.Value(groupId)}");
        if (request.LogStreamNames is { } names)
            conditions.In("s.name", names.Select(name => name!));
        if (request.LogStreamNamePrefix is { } prefix)
            conditions.And($"substr(s.name, 1, {prefix.Length}) = {conditions.Value(prefix)}");
        if (request.StartTime is { } start)
            conditions.And($"e.time >= {conditions.Value(start)}");
        if (request.EndTime is { } end)
            conditions.And($"e.time <= {conditions.Value(end)}");
        if (after is { } place)
            conditions.Beyond(place, forward: true);
        return conditions;
    }

    private static string Text(long? number) => number?.ToString(CultureInfo.InvariantCulture) ?? "";
}
