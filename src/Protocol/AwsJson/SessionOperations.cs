using System.Text.Json.Serialization;

namespace Postern.Protocol.AwsJson;

/// <summary>Operations of our own about sessions.</summary>
public static class SessionOperations
{
    public static AwsOperation<DescribeSessionRequest, DescribeSessionResponse> DescribeSession =>
        field ??= new("postern", "Postern.DescribeSession", SessionJsonContext.Default.DescribeSessionRequest, SessionJsonContext.Default.DescribeSessionResponse);
}

/// <summary>Members are read in any case, unknown ones are skipped, absent ones are not written, times are epoch seconds.</summary>
[JsonSourceGenerationOptions(
    PropertyNameCaseInsensitive = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    Converters = [typeof(EpochSecondsConverter)])]
[JsonSerializable(typeof(DescribeSessionRequest))]
[JsonSerializable(typeof(DescribeSessionResponse))]
internal sealed partial class SessionJsonContext : JsonSerializerContext;
