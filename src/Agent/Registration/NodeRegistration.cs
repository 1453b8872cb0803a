using System.Text.Json.Serialization;

namespace Postern.Agent.Registration;

/// <summary>What a node keeps of its registration: <c>registration.json</c> in the data folder. The key stands beside it.</summary>
internal sealed record NodeRegistration
{
    public required string InstanceId { get; init; }
    /// <summary>Scheme, host and port of the gateway.</summary>
    public required string Endpoint { get; init; }
    public required string Region { get; init; }
    /// <summary>Made once, sent with every request for keys.</summary>
    public required string Fingerprint { get; init; }
    /// <summary>File name in the data folder of the only CA to trust; null means those of the system.</summary>
    public string? CaFile { get; init; }
    /// <summary>Whether ssm-user may use sudo.</summary>
    public bool AllowSudo { get; init; }
}

[JsonSourceGenerationOptions(WriteIndented = true, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(NodeRegistration))]
internal sealed partial class RegistrationJsonContext : JsonSerializerContext;
