using Postern.Protocol.AwsJson;
using Postern.Server.Api;
using Postern.Server.Events.Endpoints;
using Postern.Server.Iam;
using Postern.Server.Storage;

namespace Postern.Server.EventBridge;

/// <summary>CreateConnection, UpdateConnection, DescribeConnection, DeauthorizeConnection, DeleteConnection and ListConnections. Secrets go in and never come out.</summary>
internal sealed class ConnectionOperations(EndpointStore endpoints, TimeProvider time)
{
    private const int MaxDescription = 512, MaxPage = 100;
    private const string Authorized = "AUTHORIZED", Deauthorized = "DEAUTHORIZED";

    public async Task<EventConnection> CreateAsync(ConnectionRequest request, CallContext context, CancellationToken cancellationToken)
    {
        new Validation().Required("authorizationType", request.AuthorizationType).Required("authParameters", request.AuthParameters).ThrowIfFaulty();
        var now = time.GetUtcNow().ToUnixTimeMilliseconds();
        var row = Fill(new ConnectionRow { Id = Guid.NewGuid().ToString(), CreatedAt = now }, request, request.AuthParameters!);
        return await endpoints.AddAsync(row, cancellationToken) ? Answer(row, context) : throw new AwsErrorException("ResourceAlreadyExistsException", $"Connection {row.Name} already exists.");
    }

    public async Task<EventConnection> UpdateAsync(ConnectionRequest request, CallContext context, CancellationToken cancellationToken)
    {
        var row = await FindAsync(request.Name, cancellationToken);
        var known = endpoints.Open(row);
        var given = request.AuthParameters;
        // What is not given stays, a password as well.
        Fill(row, request with { AuthorizationType = request.AuthorizationType ?? row.AuthorizationType, Description = request.Description ?? row.Description }, given is null ? known : new ConnectionAuthParameters
        {
            BasicAuthParameters = Merge(known.BasicAuthParameters, given.BasicAuthParameters),
            ApiKeyAuthParameters = Merge(known.ApiKeyAuthParameters, given.ApiKeyAuthParameters),
            OAuthParameters = given.OAuthParameters,
            InvocationHttpParameters = given.InvocationHttpParameters ?? known.InvocationHttpParameters,
        });
        return await endpoints.UpdateAsync(row, cancellationToken) ? Answer(row, context) : throw Unknown(request.Name!);
    }

    public async Task<EventConnection> DescribeAsync(EventNameRequest request, CallContext context, CancellationToken cancellationToken)
    {
        var row = await FindAsync(request.Name, cancellationToken);
        return Describe(row, context) with
        {
            Description = row.Description,
            AuthParameters = EndpointStore.Read(row),
            SecretArn = $"arn:aws:secretsmanager:{context.Arns.Region}:{context.Arns.Account}:secret:events!connection/{row.Name}/{row.Id}",
        };
    }

    public async Task<EventConnection> DeauthorizeAsync(EventNameRequest request, CallContext context, CancellationToken cancellationToken)
    {
        var row = await FindAsync(request.Name, cancellationToken);
        // Its secrets are gone with it; updating it authorizes it again.
        (row.Authorized, row.ModifiedAt, row.SealedSecrets) = (0, time.GetUtcNow().ToUnixTimeMilliseconds(), endpoints.Seal(row.Id, new ConnectionAuthParameters()));
        return await endpoints.UpdateAsync(row, cancellationToken) ? Answer(row, context) : throw Unknown(request.Name!);
    }

    public async Task<EventConnection> DeleteAsync(EventNameRequest request, CallContext context, CancellationToken cancellationToken)
    {
        var row = await FindAsync(request.Name, cancellationToken);
        return await endpoints.DeleteConnectionAsync(row.Name, cancellationToken) ? Answer(row, context) with { ConnectionState = "DELETING" } : throw Unknown(row.Name);
    }

    public async Task<ListConnectionsResponse> ListAsync(ListEndpointsRequest request, CallContext context, CancellationToken cancellationToken)
    {
        new Validation().EndpointName("namePrefix", request.NamePrefix).Range("limit", request.Limit, 1, MaxPage).OneOf("connectionState", request.ConnectionState,
            ["CREATING", "UPDATING", "DELETING", Authorized, Deauthorized, "AUTHORIZING", "DEAUTHORIZING"]).ThrowIfFaulty();
        var scope = PageToken.Scope("ListConnections", [("prefix", [request.NamePrefix ?? ""]), ("state", [request.ConnectionState ?? ""])]);
        var conditions = Conditions(request, PageToken.Read(scope, request.NextToken));
        if (request.ConnectionState is { } state)
            conditions.And($"authorized = {conditions.Value(state == Authorized ? 1L : state == Deauthorized ? 0L : 2L)}");
        var size = request.Limit ?? MaxPage;
        var found = await endpoints.ConnectionsAsync(conditions, size + 1, cancellationToken);
        return new ListConnectionsResponse
        {
            Connections = [.. found.Take(size).Select(row => Describe(row, context))],
            NextToken = found.Count > size ? PageToken.Write(scope, found[size - 1].Name) : null,
        };
    }

    /// <summary>Names behind one, that begin as asked for.</summary>
    public static SqlConditions Conditions(ListEndpointsRequest request, string after)
    {
        var conditions = new SqlConditions();
        conditions.And($"name > {conditions.Value(after)}");
        if (request.NamePrefix is { } prefix)
            conditions.And($"substr(name, 1, {prefix.Length}) = {conditions.Value(prefix)}");
        return conditions;
    }

    private ConnectionRow Fill(ConnectionRow row, ConnectionRequest request, ConnectionAuthParameters secrets)
    {
        var (basic, key) = (secrets.BasicAuthParameters, secrets.ApiKeyAuthParameters);
        new Validation().RuleName("name", request.Name)
            .Length("description", request.Description, 0, MaxDescription)
            .OneOf("authorizationType", request.AuthorizationType, [ConnectionRow.Basic, ConnectionRow.ApiKey, "OAUTH_CLIENT_CREDENTIALS"])
            .Must(request.AuthorizationType != ConnectionRow.Basic || (HttpText.IsText(basic?.Username) && !basic!.Username!.Contains(':') && HttpText.IsText(basic.Password)),
                "authParameters.basicAuthParameters", "Member must have Username and Password of 1 to 512 characters")
            .Must(request.AuthorizationType != ConnectionRow.ApiKey || (HttpText.IsHeaderName(key?.ApiKeyName) && HttpText.IsFree(key!.ApiKeyName!) && HttpText.IsHeaderValue(key.ApiKeyValue)),
                "authParameters.apiKeyAuthParameters", "Member must have ApiKeyName, the name of a header, and ApiKeyValue, of 1 to 512 characters")
            .Must(HttpText.AreParameters(secrets.InvocationHttpParameters), "authParameters.invocationHttpParameters", $"Member must have at most {HttpText.MaxParameters} names and values which HTTP can carry")
            .ThrowIfFaulty();
        if (request.AuthorizationType is not (ConnectionRow.Basic or ConnectionRow.ApiKey) || secrets.OAuthParameters is not null)
            throw new AwsErrorException("ValidationException", "AuthorizationType OAUTH_CLIENT_CREDENTIALS and AuthParameters.OAuthParameters are not served here. Use API_KEY (with the name webhook-signature to sign requests) or BASIC.");
        if (secrets.InvocationHttpParameters?.BodyParameters is { Count: > 0 })
            throw new AwsErrorException("ValidationException", "AuthParameters.InvocationHttpParameters.BodyParameters are not served here. Put what the body needs into the target's InputTransformer.");
        secrets = request.AuthorizationType == ConnectionRow.Basic ? secrets with { ApiKeyAuthParameters = null } : secrets with { BasicAuthParameters = null };
        row.Name = request.Name!;
        row.Description = request.Description;
        row.AuthorizationType = request.AuthorizationType;
        row.Parameters = EndpointStore.Write(Shown(secrets));
        row.SealedSecrets = endpoints.Seal(row.Id, secrets);
        row.Authorized = 1;
        row.ModifiedAt = time.GetUtcNow().ToUnixTimeMilliseconds();
        return row;
    }

    private static ConnectionAuthParameters Shown(ConnectionAuthParameters secrets) => new()
    {
        BasicAuthParameters = secrets.BasicAuthParameters is { } basic ? basic with { Password = null } : null,
        ApiKeyAuthParameters = secrets.ApiKeyAuthParameters is { } key ? key with { ApiKeyValue = null } : null,
        InvocationHttpParameters = secrets.InvocationHttpParameters is { } http
            ? http with { HeaderParameters = Shown(http.HeaderParameters), QueryStringParameters = Shown(http.QueryStringParameters) } : null,
    };

    private static IReadOnlyList<ConnectionParameter>? Shown(IReadOnlyList<ConnectionParameter>? parameters)
        => parameters is null ? null : [.. parameters.Select(parameter => parameter.IsValueSecret == true ? parameter with { Value = null } : parameter)];

    private static ConnectionBasicAuth? Merge(ConnectionBasicAuth? known, ConnectionBasicAuth? given)
        => given is null ? known : new ConnectionBasicAuth { Username = given.Username ?? known?.Username, Password = given.Password ?? known?.Password };

    private static ConnectionApiKey? Merge(ConnectionApiKey? known, ConnectionApiKey? given)
        => given is null ? known : new ConnectionApiKey { ApiKeyName = given.ApiKeyName ?? known?.ApiKeyName, ApiKeyValue = given.ApiKeyValue ?? known?.ApiKeyValue };

    private async Task<ConnectionRow> FindAsync(string? name, CancellationToken cancellationToken)
    {
        new Validation().RuleName("name", name).ThrowIfFaulty();
        return await endpoints.FindConnectionAsync(name!, cancellationToken) ?? throw Unknown(name!);
    }

    private static EventConnection Answer(ConnectionRow row, CallContext context) => Describe(row, context) with { Name = null, AuthorizationType = null };

    private static EventConnection Describe(ConnectionRow row, CallContext context) => new()
    {
        ConnectionArn = TargetArn.Connection(context.Arns.Region, context.Arns.Account, row.Name, row.Id),
        Name = row.Name,
        ConnectionState = row.Authorized == 1 ? Authorized : Deauthorized,
        AuthorizationType = row.AuthorizationType,
        CreationTime = DateTimeOffset.FromUnixTimeMilliseconds(row.CreatedAt),
        LastModifiedTime = DateTimeOffset.FromUnixTimeMilliseconds(row.ModifiedAt),
        LastAuthorizedTime = row.Authorized == 1 ? DateTimeOffset.FromUnixTimeMilliseconds(row.ModifiedAt) : null,
    };

    private static AwsErrorException Unknown(string name) => new("ResourceNotFoundException", $"Connection '{ForeignText.Show(name)}' does not exist.");
}
