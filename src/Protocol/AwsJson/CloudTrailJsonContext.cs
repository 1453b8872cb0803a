using System.Text.Json.Serialization;

namespace Postern.Protocol.AwsJson;

/// <summary>Shapes of the audit log: members are read in any case, unknown ones are skipped, absent ones are not written, times are epoch seconds.</summary>
[JsonSourceGenerationOptions(
    PropertyNameCaseInsensitive = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    Converters = [typeof(EpochSecondsConverter)])]
[JsonSerializable(typeof(LookupEventsRequest))]
[JsonSerializable(typeof(LookupEventsResponse))]
[JsonSerializable(typeof(ExportAuditLogRequest))]
[JsonSerializable(typeof(ExportAuditLogResponse))]
internal sealed partial class CloudTrailJsonContext : JsonSerializerContext;
