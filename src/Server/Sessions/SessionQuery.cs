using System.Globalization;
using Postern.Protocol.AwsJson;
using Postern.Server.Api;
using Postern.Server.Storage;

namespace Postern.Server.Sessions;

/// <summary>A DescribeSessions request as conditions on table sessions.</summary>
internal sealed record SessionQuery(SqlConditions Conditions, string Scope)
{
    private const int MaxFilters = 6, MaxValueLength = 400;
    private static readonly string[] States = ["Active", "History"];

    /// <exception cref="AwsErrorException">ValidationException, InvalidFilterKey or InvalidNextToken.</exception>
    public static SessionQuery Parse(DescribeSessionsRequest request)
    {
        new Validation().Required("state", request.State).OneOf("state", request.State, States).Items("filters", request.Filters, 1, MaxFilters).ThrowIfFaulty();
        var filters = request.Filters ?? [];
        var conditions = new SqlConditions();
        conditions.In("state", (request.State == "Active" ? SessionStates.Live : SessionStates.Ended).Select(state => state.ToString()));
        foreach (var filter in filters)
            Add(conditions, filter);
        var scope = PageToken.Scope("DescribeSessions", [("State", [request.State!]), .. filters.Select(filter => (filter.Key!, (IReadOnlyList<string>)[filter.Value!]))]);
        if (PageToken.Read(scope, request.NextToken) is { Length: > 0 } position)
            After(conditions, position);
        return new SessionQuery(conditions, scope);
    }

    /// <summary>The next page starts after this row.</summary>
    public string TokenAfter(SessionRow row) => PageToken.Write(Scope, string.Create(CultureInfo.InvariantCulture, $"{row.StartedAt}:{row.Id}"));

    private static void Add(SqlConditions conditions, SessionFilter filter)
    {
        if (filter.Value is not { Length: > 0 and <= MaxValueLength } value)
            throw Invalid($"The value of the filter {filter.Key} must have 1 to {MaxValueLength} characters.");
        switch (filter.Key)
        {
            case "InvokedAfter": conditions.And($"started_at > {conditions.Value(Date(filter.Key, value))}"); break;
            case "InvokedBefore": conditions.And($"started_at < {conditions.Value(Date(filter.Key, value))}"); break;
            case "Target": conditions.And($"node_id = {conditions.Value(value)}"); break;
            case "Owner": conditions.And($"owner_arn = {conditions.Value(value)}"); break;
            case "SessionId": conditions.And($"id = {conditions.Value(value)}"); break;
            case "AccessType": conditions.And($"access_type = {conditions.Value(value)}"); break;
            case "Status":
                if (!Enum.TryParse<SessionState>(value, out var state) || state.ToString() != value)
                    throw Invalid($"The value of the filter Status must be one of {string.Join(", ", Enum.GetNames<SessionState>())}.");
                conditions.And($"state = {conditions.Value(value)}");
                break;
            default:
                throw new AwsErrorException("InvalidFilterKey",
                    "The key of a filter must be InvokedAfter, InvokedBefore, Target, Owner, Status, SessionId or AccessType.");
        }
    }

    private static long Date(string key, string value)
        => DateTimeOffset.TryParse(value, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var date)
            ? date.ToUnixTimeMilliseconds()
            : throw Invalid($"The value of the filter {key} must be a date such as 2026-01-31T00:00:00Z.");

    private static void After(SqlConditions conditions, string position)
    {
        var colon = position.IndexOf(':');
        if (colon < 0 || !long.TryParse(position.AsSpan(0, colon), NumberStyles.None, CultureInfo.InvariantCulture, out var startedAt) || !SessionId.IsValid(position[(colon + 1)..]))
            throw PageToken.Invalid();
        var (start, id) = (conditions.Value(startedAt), conditions.Value(position[(colon + 1)..]));
        conditions.And($"(started_at < {start} OR (started_at = {start} AND id < {id}))");
    }

    private static AwsErrorException Invalid(string message) => new("ValidationException", message);
}
