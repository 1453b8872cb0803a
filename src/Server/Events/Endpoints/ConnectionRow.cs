namespace Postern.Server.Events.Endpoints;

/// <summary>A row of event_connections.</summary>
internal sealed class ConnectionRow
{
    public const string Columns = "name, id, description, authorization_type, parameters, sealed_secrets, authorized, created_at, modified_at";
    public const string Basic = "BASIC", ApiKey = "API_KEY";

    public string Name { get; set; } = "";
    public string Id { get; set; } = "";
    public string? Description { get; set; }
    public string AuthorizationType { get; set; } = "";
    /// <summary>AuthParameters without their secrets, JSON.</summary>
    public string Parameters { get; set; } = "";
    /// <summary>AuthParameters whole, JSON, sealed.</summary>
    public byte[] SealedSecrets { get; set; } = [];
    /// <summary>0 after DeauthorizeConnection.</summary>
    public long Authorized { get; set; }
    public long CreatedAt { get; set; }
    public long ModifiedAt { get; set; }
}

/// <summary>A row of event_api_destinations.</summary>
internal sealed class ApiDestinationRow
{
    public const string Columns = "name, id, description, connection_name, endpoint, method, rate, created_at, modified_at";

    public string Name { get; set; } = "";
    public string Id { get; set; } = "";
    public string? Description { get; set; }
    public string ConnectionName { get; set; } = "";
    public string Endpoint { get; set; } = "";
    public string Method { get; set; } = "";
    /// <summary>Requests a second.</summary>
    public long Rate { get; set; }
    public long CreatedAt { get; set; }
    public long ModifiedAt { get; set; }
}
