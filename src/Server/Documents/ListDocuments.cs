using Postern.Protocol.AwsJson;
using Postern.Server.Api;

namespace Postern.Server.Documents;

/// <summary>ListDocuments, with either form of filters: all must hold, each with any of its values.</summary>
internal sealed class ListDocuments(SessionDocuments documents)
{
    private const int MaxPage = 50, MaxFilters = 6, MaxValues = 100;
    private static readonly string[] Keys = ["Name", "Owner", "PlatformTypes", "DocumentType", "SearchKeyword"];

    /// <summary>Amazon's documents are public; nobody here owns any others.</summary>
    private static readonly string[] OwnersOfAmazons = ["Amazon", "Public", "All"];

    public Task<ListDocumentsResponse> HandleAsync(ListDocumentsRequest request, CallContext context, CancellationToken cancellationToken)
    {
        var filters = Filters(request);
        var scope = PageToken.Scope(nameof(ListDocuments), filters);
        var after = PageToken.Read(scope, request.NextToken);
        var size = request.MaxResults ?? MaxPage;
        var found = documents.All
            .Where(document => string.CompareOrdinal(document.Name, after) > 0 && filters.All(filter => Matches(document, filter.Key, filter.Values)))
            .Take(size + 1).ToList();
        return Task.FromResult(new ListDocumentsResponse
        {
            DocumentIdentifiers = [.. found.Take(size).Select(Describe)],
            NextToken = found.Count > size ? PageToken.Write(scope, found[size - 1].Name) : null,
        });
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
            validation.Required("filters.member.key", filter.Key).Length("filters.member.key", filter.Key, 1, 128)
                .Required("filters.member.values", filter.Values).Items("filters.member.values", filter.Values, 1, MaxValues);
        validation.ThrowIfFaulty();

        List<(string Key, IReadOnlyList<string> Values)> given = [];
        foreach (var filter in legacy ?? []) given.Add((filter.Key!, [filter.Value!]));
        foreach (var filter in filters ?? []) given.Add((filter.Key!, filter.Values!));
        if (given.FirstOrDefault(filter => !Keys.Contains(filter.Key)).Key is { } stranger)
            throw new AwsErrorException("InvalidFilterKey", $"There is no filter \"{stranger}\" for documents. The key is one of: {string.Join(", ", Keys)}.");
        return given;
    }

    private static bool Matches(SessionDocument document, string key, IReadOnlyList<string> values) => values.Any(value => key switch
    {
        "Name" => document.Name.StartsWith(value, StringComparison.Ordinal), // AWS takes names as prefixes
        "Owner" => OwnersOfAmazons.Contains(value),
        "PlatformTypes" => SessionDocument.PlatformTypes.Contains(value),
        "DocumentType" => value == SessionDocument.DocumentType,
        _ => document.Name.Contains(value, StringComparison.OrdinalIgnoreCase),
    });

    private static DocumentIdentifier Describe(SessionDocument document) => new()
    {
        Name = document.Name,
        CreatedDate = document.CreatedDate,
        Owner = SessionDocument.OwnerAmazon,
        PlatformTypes = SessionDocument.PlatformTypes,
        DocumentVersion = DocumentReader.OnlyVersion,
        DocumentType = SessionDocument.DocumentType,
        SchemaVersion = SessionDocument.SupportedSchemaVersion,
        DocumentFormat = "JSON",
        Tags = [],
    };
}
