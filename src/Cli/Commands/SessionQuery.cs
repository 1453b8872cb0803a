using Postern.Cli.Output;
using Postern.Client;
using Postern.Protocol.AwsJson;

namespace Postern.Cli.Commands;

/// <summary>Which sessions are listed. What the service has no filter for is looked for in what it gives.</summary>
internal sealed record SessionQuery(bool History, IReadOnlyList<SessionFilter> Filters, string? User)
{
    private const int PageSize = 200;

    /// <param name="history">Ended sessions, not live ones.</param>
    /// <param name="target">Node id.</param>
    /// <param name="user">An ARN, or the name in which one ends: a user's, or a role session's.</param>
    /// <param name="status">As the service writes it, in any case.</param>
    /// <param name="since">Started after.</param>
    /// <param name="until">Started before.</param>
    public static SessionQuery Create(bool history, string? target, string? user, string? status, DateTimeOffset? since, DateTimeOffset? until)
    {
        var filters = new List<SessionFilter>();
        var isArn = user?.StartsWith("arn:", StringComparison.Ordinal) == true;
        Add("Target", target);
        Add("Owner", isArn ? user : null);
        Add("Status", status is { Length: > 0 } ? char.ToUpperInvariant(status[0]) + status[1..].ToLowerInvariant() : status);
        Add("InvokedAfter", since?.UtcDateTime.ToString("O"));
        Add("InvokedBefore", until?.UtcDateTime.ToString("O"));
        return new SessionQuery(history, filters, isArn ? null : user);

        void Add(string key, string? value)
        {
            if (value is not null)
                filters.Add(new SessionFilter { Key = key, Value = value });
        }
    }

    /// <summary>Newest first.</summary>
    public async Task<IReadOnlyList<Session>> ReadAsync(SessionClient client, CancellationToken cancellationToken)
    {
        var sessions = new List<Session>();
        string? next = null;
        do
        {
            var page = await client.CallAsync(SsmOperations.DescribeSessions, new DescribeSessionsRequest
            {
                State = History ? "History" : "Active",
                Filters = Filters.Count > 0 ? Filters : null,
                MaxResults = PageSize,
                NextToken = next,
            }, cancellationToken);
            sessions.AddRange((page.Sessions ?? []).Where(IsOfUser));
            next = page.NextToken;
        }
        while (!string.IsNullOrEmpty(next));
        return sessions;
    }

    private bool IsOfUser(Session session) => User is null || session.Owner?.EndsWith($"/{User}", StringComparison.Ordinal) == true;
}
