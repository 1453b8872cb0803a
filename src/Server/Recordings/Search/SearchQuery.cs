using Postern.Protocol.AwsJson;
using Postern.Server.Api;
using Postern.Server.Storage;

namespace Postern.Server.Recordings.Search;

/// <summary>A SearchRecordings request as a phrase of FTS5 and conditions on what it is in.</summary>
internal sealed record SearchQuery(string Match, SqlConditions Conditions)
{
    private const int MaxText = 200, MaxValue = 400;
    private static readonly string[] Kinds = ["output", "statement", "flow", "gap", "note"];

    /// <exception cref="AwsErrorException">ValidationException.</exception>
    public static SearchQuery Parse(SearchRecordingsRequest request)
    {
        var text = new Validation().Required("text", request.Text);
        // An error repeats a value that is too long, and stands in the audit log.
        text = request.TextIsSecret == true ? text.Must(request.Text is not { Length: > MaxText }, "text", $"Member must have length less than or equal to {MaxText}") : text.Length("text", request.Text, 1, MaxText);
        text.OneOf("kind", request.Kind, Kinds).Length("owner", request.Owner, 1, MaxValue)
            .Length("target", request.Target, 1, MaxValue).Length("sessionId", request.SessionId, 1, MaxValue)
            .Must(request.Text?.Any(char.IsLetterOrDigit) != false, "text", "Member must have a letter or a digit: words are looked for").ThrowIfFaulty();
        var conditions = new SqlConditions();
        if (request.Owner is { } owner)
            conditions.And(owner.StartsWith("arn:", StringComparison.Ordinal) ? $"s.owner_arn = {conditions.Value(owner)}" : $"substr(s.owner_arn, -length({conditions.Value("/" + owner)})) = {conditions.Value("/" + owner)}");
        if (request.Target is { } target)
            conditions.And($"s.node_id = {conditions.Value(target)}");
        if (request.SessionId is { } session)
            conditions.And($"s.session_id = {conditions.Value(session)}");
        if (request.Kind is { } kind)
            conditions.And($"l.kind = {conditions.Value(kind)}");
        if (request.StartTime is { } start)
            conditions.And($"s.started_at >= {conditions.Value(start.ToUnixTimeMilliseconds())}");
        if (request.EndTime is { } end)
            conditions.And($"s.started_at < {conditions.Value(end.ToUnixTimeMilliseconds())}");
        return new SearchQuery(PhraseOf(request.Text!), conditions);
    }

    /// <summary>Everything is a word between quotation marks: nothing of FTS5's language can be asked for.</summary>
    private static string PhraseOf(string text)
    {
        var trimmed = text.TrimEnd();
        var goesOn = trimmed.EndsWith('*');
        return $"\"{trimmed.TrimEnd('*').Replace("\"", "\"\"").Replace("\0", " ")}\"{(goesOn ? " *" : "")}";
    }
}
