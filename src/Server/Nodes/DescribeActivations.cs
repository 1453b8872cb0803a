using Postern.Protocol.AwsJson;
using Postern.Server.Api;
using Postern.Server.Storage;

namespace Postern.Server.Nodes;

/// <summary>DescribeActivations: all conditions must hold, each with any of its values.</summary>
internal sealed class DescribeActivations(ActivationStore activations, TagStore tags, TimeProvider time)
{
    private const int MaxPage = 50, MaxFilters = 10, MaxValues = 100;

    private static readonly Dictionary<string, string> ColumnByKey = new(StringComparer.Ordinal)
    {
        ["ActivationIds"] = "id",
        ["DefaultInstanceName"] = "default_instance_name",
        ["IamRole"] = "iam_role",
    };

    public async Task<DescribeActivationsResponse> HandleAsync(DescribeActivationsRequest request, CallContext context, CancellationToken cancellationToken)
    {
        var filters = request.Filters ?? [];
        var validation = new Validation().Range("maxResults", request.MaxResults, 1, MaxPage).Items("filters", filters, 0, MaxFilters);
        foreach (var filter in filters.OfType<DescribeActivationsFilter>())
            validation.Required("filters.member.filterKey", filter.FilterKey).Required("filters.member.filterValues", filter.FilterValues).Items("filters.member.filterValues", filter.FilterValues, 1, MaxValues);
        validation.ThrowIfFaulty();

        var conditions = new SqlConditions();
        foreach (var filter in filters)
        {
            if (!ColumnByKey.TryGetValue(filter.FilterKey!, out var column))
                throw new AwsErrorException("InvalidFilter", $"There is no filter \"{filter.FilterKey}\" for activations. FilterKey is one of: {string.Join(", ", ColumnByKey.Keys)}.");
            conditions.In(column, filter.FilterValues!);
        }

        var scope = PageToken.Scope(nameof(DescribeActivations), filters.Select(filter => (filter.FilterKey!, filter.FilterValues!)));
        var size = request.MaxResults ?? MaxPage;
        var rows = await activations.PageAsync(conditions, PageToken.Read(scope, request.NextToken), size + 1, cancellationToken);
        var page = rows.Take(size).ToList();
        var tagsById = await tags.ListAsync(TagStore.Activation, [.. page.Select(row => row.Id)], cancellationToken);
        return new DescribeActivationsResponse
        {
            ActivationList = [.. page.Select(row => Describe(row, [.. tagsById[row.Id]]))],
            NextToken = rows.Count > size ? PageToken.Write(scope, page[^1].Id) : null,
        };
    }

    private Activation Describe(ActivationRow row, IReadOnlyList<Tag> tagList)
    {
        var expires = DateTimeOffset.FromUnixTimeMilliseconds(row.ExpiresAt);
        return new Activation
        {
            ActivationId = row.Id,
            Description = row.Description,
            DefaultInstanceName = row.DefaultInstanceName,
            IamRole = row.IamRole,
            RegistrationLimit = (int)row.RegistrationLimit,
            RegistrationsCount = (int)row.RegistrationsCount,
            ExpirationDate = expires,
            Expired = expires <= time.GetUtcNow(),
            CreatedDate = DateTimeOffset.FromUnixTimeMilliseconds(row.CreatedAt),
            Tags = tagList,
        };
    }
}
