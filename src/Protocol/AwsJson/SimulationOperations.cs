using System.Text.Json.Serialization;

namespace Postern.Protocol.AwsJson;

/// <summary>Operations of our own that say what policies decide and why; IAM's say only what.</summary>
public static class SimulationOperations
{
    public static AwsOperation<SimulateAccessRequest, SimulateAccessResponse> SimulateAccess =>
        field ??= new("postern", "Postern.SimulateAccess", SimulationJsonContext.Default.SimulateAccessRequest, SimulationJsonContext.Default.SimulateAccessResponse);

    public static AwsOperation<SimulatePolicyRequest, SimulatePolicyResponse> SimulatePolicy =>
        field ??= new("postern", "Postern.SimulatePolicy", SimulationJsonContext.Default.SimulatePolicyRequest, SimulationJsonContext.Default.SimulatePolicyResponse);
}

/// <summary>Members are read in any case, unknown ones are skipped, absent ones are not written.</summary>
[JsonSourceGenerationOptions(PropertyNameCaseInsensitive = true, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(SimulateAccessRequest))]
[JsonSerializable(typeof(SimulateAccessResponse))]
[JsonSerializable(typeof(SimulatePolicyRequest))]
[JsonSerializable(typeof(SimulatePolicyResponse))]
internal sealed partial class SimulationJsonContext : JsonSerializerContext;
