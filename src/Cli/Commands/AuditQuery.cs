using System.Globalization;
using System.Text.Json;
using Postern.Cli.Output;
using Postern.Client;
using Postern.Protocol.AwsJson;

namespace Postern.Cli.Commands;

/// <summary>What of the audit log is asked for.</summary>
internal sealed record AuditQuery(IReadOnlyList<LookupAttribute> Attributes, DateTimeOffset? Since, DateTimeOffset? Until, bool Denied)
{
    /// <summary>Calls that read the log are told, too. Following it is such a call every two seconds.</summary>
    public bool Readers { get; init; } = true;

    private const int PageSize = 50;
    private static readonly string[] Denials = ["AccessDeniedException", "AccessDenied"];

    /// <summary>From options; null members ask for everything.</summary>
    public static AuditQuery Create(string? user, string? action, string? target, DateTimeOffset? since, DateTimeOffset? until, bool denied)
    {
        var attributes = new List<LookupAttribute>();
        Add("Username", user);
        if (action?.Split(':', 2) is [var service, var name])
        {
            Add("EventSource", $"{service}.amazonaws.com");
            Add("EventName", name);
        }
        else
            Add("EventName", action);
        Add("ResourceName", target);
        return new AuditQuery(attributes, since, until, denied);

        void Add(string key, string? value)
        {
            if (value is not null)
                attributes.Add(new LookupAttribute { AttributeKey = key, AttributeValue = value });
        }
    }

    /// <summary>A date, a date and time (UTC unless it says otherwise), or so many minutes, hours or days before now.</summary>
    /// <exception cref="CommandException">It is none of them.</exception>
    public static DateTimeOffset? Time(string option, string? text, DateTimeOffset now)
    {
        if (text is null)
            return null;
        if (text.Length > 1 && int.TryParse(text[..^1], NumberStyles.None, CultureInfo.InvariantCulture, out var count)
            && text[^1] switch { 'm' => TimeSpan.FromMinutes(count), 'h' => TimeSpan.FromHours(count), 'd' => TimeSpan.FromDays(Math.Min(count, 36_500)), _ => (TimeSpan?)null } is { } ago)
            return now - ago;
        return DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
            ? time
            : throw new CommandException($"{option} {text} is no time. Give a date such as 2026-01-31, a time such as 2026-01-31T12:00:00Z, or 30m, 12h or 7d for so long ago.", ExitCodes.Usage);
    }

    /// <summary>The newest entries, in the order they happened.</summary>
    /// <param name="client">Of the gateway.</param>
    /// <param name="limit">0: all.</param>
    /// <param name="cancellationToken">Stops reading.</param>
    public async Task<IReadOnlyList<CloudTrailEvent>> ReadAsync(SessionClient client, int limit, CancellationToken cancellationToken)
    {
        var found = new List<CloudTrailEvent>();
        string? next = null;
        do
        {
            var page = await client.CallAsync(CloudTrailOperations.LookupEvents,
                new LookupEventsRequest { LookupAttributes = Attributes.Count > 0 ? Attributes : null, StartTime = Since, EndTime = Until, MaxResults = PageSize, NextToken = next }, cancellationToken);
            found.AddRange((page.Events ?? []).Where(one => (!Denied || IsDenied(one)) && (Readers || one.EventName != CloudTrailOperations.LookupEvents.Name)));
            next = page.NextToken;
        }
        while (!string.IsNullOrEmpty(next) && (limit <= 0 || found.Count < limit));
        if (limit > 0 && found.Count > limit)
            found.RemoveRange(limit, found.Count - limit);
        found.Reverse();
        return found;
    }

    private static bool IsDenied(CloudTrailEvent found)
    {
        using var record = JsonDocument.Parse(found.Record ?? "{}");
        return record.RootElement.TryGetProperty("errorCode", out var code) && Denials.Contains(code.GetString());
    }
}
