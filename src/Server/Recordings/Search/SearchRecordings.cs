using Postern.Protocol.AwsJson;
using Postern.Server.Api;
using Postern.Server.Iam;
using Postern.Server.Sessions;

namespace Postern.Server.Recordings.Search;

/// <summary>postern:SearchRecordings: lines of recordings by their words; only of sessions that the caller may play (postern:GetRecording).</summary>
internal sealed class SearchRecordings(SearchIndex index, RecordingStore recordings)
{
    private const int MaxResults = 500, DefaultResults = 50, Batch = 500, MaxLooked = 20_000;
    private const string Reading = "postern:GetRecording";

    /// <exception cref="AwsErrorException">ValidationException.</exception>
    public async Task<SearchRecordingsResponse> HandleAsync(SearchRecordingsRequest request, CallContext context, CancellationToken cancellationToken)
    {
        var own = await HereAsync(request, context, cancellationToken);
        if (context.Others is not { } others)
            return own;
        var answers = await others.AskAsync(PlaybackOperations.SearchRecordings, cancellationToken);
        var all = answers.Select(one => one.Answer).OfType<SearchRecordingsResponse>().Prepend(own).ToList();
        // Each came in order; of one session they stay together, and in theirs.
        var hits = all.SelectMany(answer => answer.Hits ?? []).OrderByDescending(hit => hit.StartDate).ThenBy(hit => hit.SessionId, StringComparer.Ordinal).ToList();
        var size = request.MaxResults ?? DefaultResults;
        var silent = new List<string>();
        foreach (var (name, _) in answers.Where(one => one.Answer is null))
            if (await recordings.HasAnyAsync(name, cancellationToken))
                silent.Add(name);
        return new SearchRecordingsResponse
        {
            Hits = hits.Count > size ? hits[..size] : hits,
            Truncated = hits.Count > size || all.Any(answer => answer.Truncated),
            Unreachable = silent.Count > 0 ? silent : null,
        };
    }

    private async Task<SearchRecordingsResponse> HereAsync(SearchRecordingsRequest request, CallContext context, CancellationToken cancellationToken)
    {
        var size = request.MaxResults ?? DefaultResults;
        new Validation().Range("maxResults", size, 1, MaxResults).ThrowIfFaulty();
        var query = SearchQuery.Parse(request);
        var hits = new List<SearchHit>();
        var excerpt = new SearchExcerpt(request.Text!);
        var allowed = new Dictionary<string, bool>(StringComparer.Ordinal);
        for (var looked = 0; looked < MaxLooked;)
        {
            var lines = await index.FindAsync(query.Match, query.Conditions, looked, Batch, cancellationToken);
            foreach (var line in lines)
            {
                if (!allowed.TryGetValue(line.SessionId, out var may))
                    allowed[line.SessionId] = may = Authorizer.Evaluate(context.Caller, Reading, [SessionResources.Of(line.SessionId, line.OwnerId, line.NodeId, context.Arns)], context.Keys).IsAllowed;
                if (!may)
                    continue;
                if (hits.Count == size)
                    return new SearchRecordingsResponse { Hits = hits, Truncated = true };
                hits.Add(Describe(line, excerpt));
            }
            looked += lines.Count;
            if (lines.Count < Batch)
                return new SearchRecordingsResponse { Hits = hits };
        }
        return new SearchRecordingsResponse { Hits = hits, Truncated = true };
    }

    private static SearchHit Describe(FoundLine line, SearchExcerpt excerpt) => new()
    {
        SessionId = line.SessionId,
        Owner = line.OwnerArn,
        Target = line.NodeId,
        StartDate = DateTimeOffset.FromUnixTimeMilliseconds(line.StartedAt),
        Kind = line.Kind,
        Offset = Math.Round(line.Time / 1_000_000m, 3),
        Text = excerpt.Of(line.Text),
    };
}
