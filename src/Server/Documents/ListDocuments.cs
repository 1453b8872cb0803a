using Postern.Protocol.AwsJson;
using Postern.Server.Api;
using Postern.Server.Documents.Content;
using Postern.Server.Nodes;

namespace Postern.Server.Documents;

/// <summary>ListDocuments, with either form of filters: all must hold, each with any of its values.</summary>
internal sealed class ListDocuments(SessionDocuments documents, TagStore tags)
{
    private const int MaxPage = 50, MaxFilters = 6, MaxValues = 100;
    private const string TagPrefix = "tag:";
    private static readonly string[] Keys = ["Name", "Owner", "PlatformTypes", "DocumentType", "SearchKeyword"];

    public async Task<ListDocumentsResponse> HandleAsync(ListDocumentsRequest request, CallContext context, CancellationToken cancellationToken)
    {
        var filters = Filters(request);
        var scope = PageToken.Scope(nameof(ListDocuments), filters);
        var after = PageToken.Read(scope, request.NextToken);
        var size = request.MaxResults ?? MaxPage;
        var snapshot = await documents.RefreshAsync(cancellationToken);
        var candidates = snapshot.ByName
            .Where(document => string.CompareOrdinal(document.Name, after) > 0 && filters.All(filter => IsTag(filter.Key) || Matches(document, filter.Key, filter.Values)))
            .ToList();
        var tagsByName = await tags.ListAsync(DocumentTags.ResourceType, [.. (filters.Any(filter => IsTag(filter.Key)) ? candidates : candidates.Take(size)).Select(document => document.Name)], cancellationToken);
        var found = candidates.Where(document => filters.All(filter => !IsTag(filter.Key) || HasTag(tagsByName[document.Name], filter.Key[TagPrefix.Length..], filter.Values))).Take(size + 1).ToList();
        return new ListDocumentsResponse
        {
            DocumentIdentifiers = [.. found.Take(size).Select(document => Describe(document, [.. tagsByName[document.Name]]))],
            NextToken = found.Count > size ? PageToken.Write(scope, found[size - 1].Name) : null,
        };
    }

    private static List<(string Key, IReadOnlyList<string> Values)> Filters(ListDocumentsRequest request)
    {
        var (legacy, filters) = (request.DocumentFilterList, request.Filters);
        var validation = new Validation()
            .Range("maxResults", request.MaxResults, 1, MaxPage)
            .Items("documentFilterList", legacy, 1, MaxFilters)
            .Items("filters", filters, 0, MaxFilters)
            .Must(legacy is null || filters is null, "filters", "Filters and DocumentFilterList may not be used together");
        foreach (var filter in legacy?.OfType<DocumentFilter>() ?? [])
            validation.Required("documentFilterList.member.key", filter.Key).Required("documentFilterList.member.value", filter.Value).Length("documentFilterList.member.value", filter.Value, 1, 256);
        foreach (var filter in filters?.OfType<DocumentKeyValuesFilter>() ?? [])
            validation.Required("filters.member.key", filter.Key).Length("filters.member.key", filter.Key, 1, TagPrefix.Length + TagRules.MaxKeyLength)
                .Required("filters.member.values", filter.Values).Items("filters.member.values", filter.Values, 1, MaxValues);
        validation.ThrowIfFaulty();

        List<(string Key, IReadOnlyList<string> Values)> given = [];
        foreach (var filter in legacy ?? []) given.Add((filter.Key!, [filter.Value!]));
        foreach (var filter in filters ?? []) given.Add((filter.Key!, filter.Values!));
        if (given.FirstOrDefault(filter => !Keys.Contains(filter.Key) && (legacy is not null || !IsTag(filter.Key))).Key is { } stranger)
            throw new AwsErrorException("InvalidFilterKey", $"There is no filter \"{stranger}\" for documents. The key is one of: {string.Join(", ", Keys)}{(legacy is null ? ", tag:NAME" : "")}.");
        return given;
    }

    private static bool IsTag(string key) => key.StartsWith(TagPrefix, StringComparison.Ordinal);

    private static bool HasTag(IEnumerable<Tag> tags, string key, IReadOnlyList<string> values) => tags.Any(tag => tag.Key == key && values.Contains(tag.Value!));

    private static bool Matches(DocumentVersion document, string key, IReadOnlyList<string> values) => values.Any(value => key switch
    {
        "Name" => document.Name.StartsWith(value, StringComparison.Ordinal), // AWS takes names as prefixes
        "Owner" => IsOwner(document, value),
        "PlatformTypes" => document.PlatformTypes.Contains(value),
        "DocumentType" => value == SessionDocument.DocumentType,
        _ => document.Name.Contains(value, StringComparison.OrdinalIgnoreCase),
    });

    /// <summary>Amazon's documents are public; the account's own are private.</summary>
    private static bool IsOwner(DocumentVersion document, string owner) => owner switch
    {
        "All" => true,
        "Amazon" or "Public" => document.IsAmazons,
        "Self" or "Private" => !document.IsAmazons,
        _ => document.Owner == owner,
    };

    private static DocumentIdentifier Describe(DocumentVersion document, IReadOnlyList<Tag> tags) => new()
    {
        Name = document.Name,
        CreatedDate = document.DocumentCreatedAt,
        DisplayName = document.DisplayName,
        Owner = document.Owner,
        VersionName = document.VersionName,
        PlatformTypes = document.PlatformTypes,
        DocumentVersion = document.Number,
        DocumentType = SessionDocument.DocumentType,
        SchemaVersion = SessionDocument.SupportedSchemaVersion,
        DocumentFormat = document.Format,
        TargetType = document.TargetType,
        Tags = tags,
    };
}
