using System.Text;
using Postern.Protocol.AwsJson;
using Postern.Server.Api;
using Postern.Server.Logs;

namespace Postern.Server.CloudWatchLogs;

/// <summary>PutLogEvents: what is too old, too new or no longer kept is left out and said so.</summary>
internal sealed class PutLogEvents(LogStore store, TimeProvider time)
{
    private const int MaxEvents = 10_000, MaxBytes = 1024 * 1024;
    private static readonly TimeSpan MaxAge = TimeSpan.FromDays(14), MaxAhead = TimeSpan.FromHours(2), MaxSpan = TimeSpan.FromHours(24);

    /// <exception cref="AwsErrorException">InvalidParameterException, ResourceNotFoundException.</exception>
    public async Task<PutLogEventsResponse> HandleAsync(PutLogEventsRequest request, CallContext context, CancellationToken cancellationToken)
    {
        var events = request.LogEvents;
        var validation = new Validation().GroupName(request.LogGroupName).StreamName(request.LogStreamName).Required("logEvents", events).Items("logEvents", events, 1, MaxEvents);
        var bytes = 0;
        for (var i = 0; i < Math.Min(events?.Count ?? 0, MaxEvents); i++)
        {
            validation.Required($"logEvents.{i + 1}.member.timestamp", events![i]?.Timestamp).Required($"logEvents.{i + 1}.member.message", events[i]?.Message)
                .Must(events[i]?.Timestamp is null or >= 0, $"logEvents.{i + 1}.member.timestamp", "Member must have value greater than or equal to 0")
                .Must(events[i]?.Message is null or { Length: > 0 }, $"logEvents.{i + 1}.member.message", "Member must have length greater than or equal to 1");
            bytes += Encoding.UTF8.GetByteCount(events[i]?.Message ?? "") + LogStore.EventOverhead;
        }
        validation.ThrowIfFaulty(LogResources.InvalidParameter);
        if (bytes > MaxBytes)
            throw LogResources.Invalid($"Upload too large: {bytes} bytes exceeds limit of {MaxBytes}");
        for (var i = 1; i < events!.Count; i++)
            if (events[i]!.Timestamp < events[i - 1]!.Timestamp)
                throw LogResources.Invalid("Log events in a single PutLogEvents request must be in chronological order.");
        if (events[^1]!.Timestamp - events[0]!.Timestamp > (long)MaxSpan.TotalMilliseconds)
            throw LogResources.Invalid("The batch of log events in a single PutLogEvents request cannot span more than 24 hours.");

        var group = await store.FindGroupAsync(request.LogGroupName!, cancellationToken) ?? throw LogResources.GroupMissing(request.LogGroupName!);
        var stream = await store.FindStreamAsync(group.Id, request.LogStreamName!, cancellationToken) ?? throw LogResources.StreamMissing(request.LogStreamName!);
        var now = time.GetUtcNow();
        var oldest = (now - MaxAge).ToUnixTimeMilliseconds();
        var kept = group.RetentionDays is { } days ? Math.Max(oldest, (now - TimeSpan.FromDays(days)).ToUnixTimeMilliseconds()) : oldest;
        var newest = (now + MaxAhead).ToUnixTimeMilliseconds();
        // In order of time: what is left out stands at the beginning and at the end.
        var (tooOld, expired) = (events.Count(e => e!.Timestamp < oldest), events.Count(e => e!.Timestamp < kept));
        var tooNew = events.Count - events.Count(e => e!.Timestamp > newest);
        var lines = events.Take(tooNew).Skip(expired).Select(e => new LogLine(e!.Timestamp!.Value, e.Message!)).ToList();
        if (!await store.AppendAsync(stream, lines, cancellationToken))
            throw LogResources.StreamMissing(stream.Name);
        return new PutLogEventsResponse
        {
            NextSequenceToken = stream.Id.ToString(System.Globalization.CultureInfo.InvariantCulture),
            RejectedLogEventsInfo = lines.Count == events.Count ? null : new RejectedLogEvents
            {
                TooOldLogEventEndIndex = tooOld > 0 ? tooOld : null,
                ExpiredLogEventEndIndex = expired > tooOld ? expired : null,
                TooNewLogEventStartIndex = tooNew < events.Count ? tooNew : null,
            },
        };
    }
}
