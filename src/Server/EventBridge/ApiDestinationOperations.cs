using Postern.Protocol.AwsJson;
using Postern.Server.Api;
using Postern.Server.Events.Endpoints;
using Postern.Server.Events.Rules;
using Postern.Server.Iam;
using Postern.Server.Settings;

namespace Postern.Server.EventBridge;

/// <summary>CreateApiDestination, UpdateApiDestination, DescribeApiDestination, DeleteApiDestination and ListApiDestinations.</summary>
internal sealed class ApiDestinationOperations(EndpointStore endpoints, RuleStore rules, ServerOptions options, TimeProvider time)
{
    private const int MaxDescription = 512, MaxEndpoint = 2048, MaxPage = 100, DefaultRate = 300;
    private static readonly string[] Methods = ["POST", "GET", "HEAD", "OPTIONS", "PUT", "PATCH", "DELETE"];

    public async Task<ApiDestination> CreateAsync(ApiDestinationRequest request, CallContext context, CancellationToken cancellationToken)
    {
        new Validation().Required("connectionArn", request.ConnectionArn).Required("invocationEndpoint", request.InvocationEndpoint).Required("httpMethod", request.HttpMethod).ThrowIfFaulty();
        var now = time.GetUtcNow().ToUnixTimeMilliseconds();
        var row = await FillAsync(new ApiDestinationRow { Id = Guid.NewGuid().ToString(), CreatedAt = now, Rate = DefaultRate }, request, context, cancellationToken);
        return await endpoints.AddAsync(row, cancellationToken) ? Answer(row, context) : throw new AwsErrorException("ResourceAlreadyExistsException", $"An api-destination '{row.Name}' already exists.");
    }

    public async Task<ApiDestination> UpdateAsync(ApiDestinationRequest request, CallContext context, CancellationToken cancellationToken)
    {
        var row = await FillAsync(await FindAsync(request.Name, cancellationToken), request, context, cancellationToken);
        return await endpoints.UpdateAsync(row, cancellationToken) ? Answer(row, context) : throw Unknown(row.Name);
    }

    public async Task<ApiDestination> DescribeAsync(EventNameRequest request, CallContext context, CancellationToken cancellationToken)
        => await DescribeAsync(await FindAsync(request.Name, cancellationToken), context, cancellationToken);

    public async Task<EmptyResponse> DeleteAsync(EventNameRequest request, CallContext context, CancellationToken cancellationToken)
    {
        var row = await FindAsync(request.Name, cancellationToken);
        if (await rules.IsTargetAsync(Arn(row, context), cancellationToken))
            throw new AwsErrorException("ConcurrentModificationException", $"The API destination {row.Name} is a target of a rule. Remove the target first.");
        return await endpoints.DeleteDestinationAsync(row.Name, cancellationToken) ? EmptyResponse.Instance : throw Unknown(row.Name);
    }

    public async Task<ListApiDestinationsResponse> ListAsync(ListEndpointsRequest request, CallContext context, CancellationToken cancellationToken)
    {
        new Validation().EndpointName("namePrefix", request.NamePrefix).Range("limit", request.Limit, 1, MaxPage).ThrowIfFaulty();
        var scope = PageToken.Scope("ListApiDestinations", [("prefix", [request.NamePrefix ?? ""]), ("connection", [request.ConnectionArn ?? ""])]);
        var conditions = ConnectionOperations.Conditions(request, PageToken.Read(scope, request.NextToken));
        if (request.ConnectionArn is { } connection)
            conditions.And($"connection_name = {conditions.Value(await ConnectionOfAsync(connection, context, cancellationToken) ?? "")}");
        var size = request.Limit ?? MaxPage;
        var found = await endpoints.DestinationsAsync(conditions, size + 1, cancellationToken);
        var destinations = new List<ApiDestination>();
        foreach (var row in found.Take(size))
            destinations.Add(await DescribeAsync(row, context, cancellationToken) with { Description = null });
        return new ListApiDestinationsResponse { ApiDestinations = destinations, NextToken = found.Count > size ? PageToken.Write(scope, found[size - 1].Name) : null };
    }

    private async Task<ApiDestinationRow> FillAsync(ApiDestinationRow row, ApiDestinationRequest request, CallContext context, CancellationToken cancellationToken)
    {
        new Validation().RuleName("name", request.Name)
            .Length("description", request.Description, 0, MaxDescription)
            .Length("invocationEndpoint", request.InvocationEndpoint, 1, MaxEndpoint)
            .OneOf("httpMethod", request.HttpMethod, Methods)
            .Range("invocationRateLimitPerSecond", request.InvocationRateLimitPerSecond, 1, 10_000)
            .ThrowIfFaulty();
        if (request.InvocationEndpoint is { } endpoint && !IsEndpoint(endpoint))
            throw new AwsErrorException("ValidationException", "InvocationEndpoint must be an https URL without user, password and fragment"
                + (options.WebhookAllow.Count > 0 ? ", or an http URL of an address that the gateway's setting webhook-allow lists." : "."));
        if (request.ConnectionArn is { } connection)
            row.ConnectionName = await ConnectionOfAsync(connection, context, cancellationToken) ?? throw new AwsErrorException("ResourceNotFoundException", $"Connection '{ForeignText.Show(connection)}' does not exist.");
        row.Name = request.Name!;
        row.Description = request.Description ?? row.Description;
        row.Endpoint = request.InvocationEndpoint ?? row.Endpoint;
        row.Method = request.HttpMethod ?? row.Method;
        row.Rate = request.InvocationRateLimitPerSecond ?? row.Rate;
        row.ModifiedAt = time.GetUtcNow().ToUnixTimeMilliseconds();
        return row;
    }

    // Where it really leads is looked at on each connection, when the name has been resolved.
    private bool IsEndpoint(string text)
        => Uri.TryCreate(text, UriKind.Absolute, out var url) && url.UserInfo.Length == 0 && url.Fragment.Length == 0 && !text.Any(char.IsWhiteSpace) && !url.Host.Contains('*')
            && (url.Scheme == Uri.UriSchemeHttps || (url.Scheme == Uri.UriSchemeHttp && options.WebhookAllow.Count > 0));

    private async Task<string?> ConnectionOfAsync(string arn, CallContext context, CancellationToken cancellationToken)
        => arn.Split('/') is [_, var name, var id] && await endpoints.FindConnectionAsync(name, cancellationToken) is { } row && row.Id == id
            && arn == TargetArn.Connection(context.Arns.Region, context.Arns.Account, name, id) ? name : null;

    private async Task<ApiDestinationRow> FindAsync(string? name, CancellationToken cancellationToken)
    {
        new Validation().RuleName("name", name).ThrowIfFaulty();
        return await endpoints.FindDestinationAsync(name!, cancellationToken) ?? throw Unknown(name!);
    }

    private static string Arn(ApiDestinationRow row, CallContext context) => TargetArn.ApiDestination(context.Arns.Region, context.Arns.Account, row.Name, row.Id);

    private static ApiDestination Answer(ApiDestinationRow row, CallContext context) => new()
    {
        ApiDestinationArn = Arn(row, context),
        ApiDestinationState = "ACTIVE",
        CreationTime = DateTimeOffset.FromUnixTimeMilliseconds(row.CreatedAt),
        LastModifiedTime = DateTimeOffset.FromUnixTimeMilliseconds(row.ModifiedAt),
    };

    private async Task<ApiDestination> DescribeAsync(ApiDestinationRow row, CallContext context, CancellationToken cancellationToken)
    {
        var connection = await endpoints.FindConnectionAsync(row.ConnectionName, cancellationToken);
        return Answer(row, context) with
        {
            Name = row.Name,
            Description = row.Description,
            ApiDestinationState = connection?.Authorized == 1 ? "ACTIVE" : "INACTIVE",
            ConnectionArn = connection is null ? null : TargetArn.Connection(context.Arns.Region, context.Arns.Account, connection.Name, connection.Id),
            InvocationEndpoint = row.Endpoint,
            HttpMethod = row.Method,
            InvocationRateLimitPerSecond = (int)row.Rate,
        };
    }

    private static AwsErrorException Unknown(string name) => new("ResourceNotFoundException", $"An api-destination '{ForeignText.Show(name)}' does not exist.");
}
