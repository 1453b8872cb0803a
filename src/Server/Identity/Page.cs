using Postern.Protocol.AwsJson;
using Postern.Server.Api;

namespace Postern.Server.Identity;

/// <summary>One page of a list: MaxItems at most, going on after Marker.</summary>
internal sealed class Page
{
    public const int DefaultItems = 100, MaxItems = 1000;

    private readonly int _most;
    private readonly string? _marker;
    private readonly string _scope;

    private Page(int most, string? marker, string scope) => (_most, _marker, _scope) = (most, marker, scope);

    /// <param name="request">Read before it is checked.</param>
    /// <param name="scope">Operation and filters: a marker of another list is refused.</param>
    public static Page Read(QueryRequest request, params string?[] scope)
        => new(request.Number("MaxItems", 1, MaxItems) ?? DefaultItems, request.Optional("Marker", IdentityRules.Marker), string.Join('\u0001', scope));

    /// <summary>The items of this page, and what says where the next begins.</summary>
    /// <param name="answer">Written to: the list, IsTruncated, Marker.</param>
    /// <param name="name">Of the list.</param>
    /// <param name="items">All of them, in any order.</param>
    /// <param name="key">What they are ordered by; no two have the same.</param>
    /// <param name="members">Writes one.</param>
    /// <exception cref="AwsErrorException">ValidationError: the marker is not ours.</exception>
    public void Write<T>(QueryAnswer answer, string name, IEnumerable<T> items, Func<T, string> key, Action<T> members)
    {
        var (page, next) = Cut(items, key);
        answer.List(name, page, members);
        WriteEnd(answer, next);
    }

    public (IReadOnlyList<T> Items, string? Next) Cut<T>(IEnumerable<T> items, Func<T, string> key)
    {
        var after = _marker is null ? null : Position(_marker);
        var rest = items.Where(item => after is null || string.CompareOrdinal(key(item), after) > 0).OrderBy(key, StringComparer.Ordinal).Take(_most + 1).ToList();
        if (rest.Count <= _most) return (rest, null);
        rest.RemoveAt(_most);
        return (rest, PageToken.Write(_scope, key(rest[^1])));
    }

    public static void WriteEnd(QueryAnswer answer, string? next) => answer.Flag("IsTruncated", next is not null).Text("Marker", next);

    private string Position(string marker)
    {
        try
        {
            return PageToken.Read(_scope, marker);
        }
        catch (AwsErrorException)
        {
            throw IdentityErrors.Validation("Invalid Marker: it is not one that this operation gave for these filters. Ask for the first page without Marker.");
        }
    }
}
