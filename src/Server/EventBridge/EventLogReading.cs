using Postern.Protocol.AwsJson;
using Postern.Server.Api;
using Postern.Server.Events;
using Postern.Server.Events.Delivery;
using Postern.Server.Storage;

namespace Postern.Server.EventBridge;

/// <summary>ListEvents, ListDeadLetters, RedriveDeadLetters and DeleteDeadLetters.</summary>
internal sealed class EventLogReading(EventOutbox outbox, DeadLetterStore dead, TargetLanes lanes)
{
    private const int MaxPage = 500, MaxText = 256;
    /// <summary>Of the events of an answer: each may have 256 KiB.</summary>
    public const int MaxBytes = 4 * 1024 * 1024;

    public async Task<ListEventsResponse> ListAsync(ListEventsRequest request, CallContext context, CancellationToken cancellationToken)
    {
        new Validation().Range("maxResults", request.MaxResults, 1, MaxPage)
            .Length("source", request.Source, 1, MaxText).Length("detailType", request.DetailType, 1, MaxText).Length("subject", request.Subject, 1, MaxText)
            .Must(request.After is null or >= 0, "after", "Member must not be negative").ThrowIfFaulty();
        var conditions = new SqlConditions();
        foreach (var (column, value) in new[] { ("source", request.Source), ("detail_type", request.DetailType), ("subject", request.Subject) })
            if (value is not null)
                conditions.And($"{column} = {conditions.Value(value)}");
        if (request.After is { } after)
            conditions.And($"position > {conditions.Value(after)}");
        // The end first: what is written while the events are read comes with the next page.
        var end = await outbox.LastAsync(cancellationToken);
        conditions.And($"position <= {conditions.Value(end)}");
        var size = request.MaxResults ?? MaxPage;
        var (rows, more) = await outbox.FindAsync(conditions, latest: request.After is null, size, MaxBytes, cancellationToken);
        return new ListEventsResponse { Events = [.. rows.Select(row => row.Event)], Position = request.After is not null && more ? rows[^1].Position : end };
    }

    public async Task<ListDeadLettersResponse> ListDeadAsync(DeadLettersRequest request, CallContext context, CancellationToken cancellationToken)
    {
        new Validation().Range("maxResults", request.MaxResults, 1, MaxPage).ThrowIfFaulty();
        var rows = await dead.FindAsync(Conditions(request), request.MaxResults ?? MaxPage, MaxBytes, cancellationToken);
        return new ListDeadLettersResponse
        {
            DeadLetters = [.. rows.Select(row => new DeadLetter
            {
                Id = row.Id,
                Rule = row.RuleName,
                TargetId = row.TargetId,
                TargetArn = row.TargetArn,
                DiedAt = DateTimeOffset.FromUnixTimeMilliseconds(row.DiedAt),
                Attempts = (int)row.Attempts,
                Error = row.Error,
                Event = row.Event,
            })],
        };
    }

    public async Task<DeadLettersResponse> RedriveAsync(DeadLettersRequest request, CallContext context, CancellationToken cancellationToken)
    {
        var (count, woken) = await dead.RedriveAsync(Conditions(request), cancellationToken);
        foreach (var lane in woken)
            lanes.Wake(lane);
        return new DeadLettersResponse { Count = count };
    }

    public async Task<DeadLettersResponse> DeleteAsync(DeadLettersRequest request, CallContext context, CancellationToken cancellationToken)
        => new() { Count = await dead.DeleteAsync(Conditions(request), cancellationToken) };

    private static SqlConditions Conditions(DeadLettersRequest request)
    {
        new Validation().EndpointName("rule", request.Rule).EndpointName("targetId", request.TargetId).EndpointName("id", request.Id).ThrowIfFaulty();
        var conditions = new SqlConditions();
        foreach (var (column, value) in new[] { ("rule_name", request.Rule), ("target_id", request.TargetId), ("id", request.Id) })
            if (value is not null)
                conditions.And($"{column} = {conditions.Value(value)}");
        return conditions;
    }
}
