using System.Buffers.Text;
using System.Globalization;
using System.Text;
using Postern.Protocol.AwsJson;
using Postern.Server.Storage;

namespace Postern.Server.Sessions;

/// <summary>A DescribeSessions request as conditions on table sessions.</summary>
internal sealed record SessionQuery(SqlConditions Conditions)
{
    public const int MaxFilters = 6, MaxValueLength = 400;
    private const int MaxTokenLength = 256;

    /// <exception cref="AwsErrorException">ValidationException, InvalidFilterKey or InvalidNextToken.</exception>
    public static SessionQuery Parse(DescribeSessionsRequest request)
    {
        var conditions = new SqlConditions();
        conditions.In("state", request.State switch
        {
            "Active" => SessionStates.Live.Select(state => state.ToString()),
            "History" => SessionStates.Ended.Select(state => state.ToString()),
            _ => throw Invalid("State must be Active or History."),
        });
        if (request.Filters is { } filters)
        {
            if (filters.Count is 0 or > MaxFilters)
                throw Invalid($"Filters must have 1 to {MaxFilters} members.");
            foreach (var filter in filters)
                Add(conditions, filter);
        }
        if (request.NextToken is { } token)
            After(conditions, token);
        return new SessionQuery(conditions);
    }

    /// <summary>The next page starts after this row.</summary>
    public static string TokenAfter(SessionRow row)
        => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{row.StartedAt}:{row.Id}")));

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

    private static void After(SqlConditions conditions, string token)
    {
        Span<byte> text = stackalloc byte[MaxTokenLength];
        if (token.Length > MaxTokenLength || !Base64Url.TryDecodeFromChars(token, text, out var length))
            throw BadToken();
        var parts = Encoding.UTF8.GetString(text[..length]).Split(':', 2);
        if (parts.Length != 2 || !long.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var startedAt) || !SessionId.IsValid(parts[1]))
            throw BadToken();
        var (start, id) = (conditions.Value(startedAt), conditions.Value(parts[1]));
        conditions.And($"(started_at < {start} OR (started_at = {start} AND id < {id}))");
    }

    private static AwsErrorException BadToken()
        => new("InvalidNextToken", "NextToken is not one that DescribeSessions gave out. Ask again without it.");

    private static AwsErrorException Invalid(string message) => new("ValidationException", message);
}
