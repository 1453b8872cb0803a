using System.Text.Json.Serialization;

namespace Postern.Protocol.AwsJson;

/// <summary>Operations of our own about recordings.</summary>
public static class RecordingOperations
{
    public static AwsOperation<GetRecordingKeyRequest, GetRecordingKeyResponse> GetRecordingKey =>
        field ??= new("postern", "Postern.GetRecordingKey", RecordingJsonContext.Default.GetRecordingKeyRequest, RecordingJsonContext.Default.GetRecordingKeyResponse);

    public static AwsOperation<DeleteRecordingRequest, DeleteRecordingResponse> DeleteRecording =>
        field ??= new("postern", "Postern.DeleteRecording", RecordingJsonContext.Default.DeleteRecordingRequest, RecordingJsonContext.Default.DeleteRecordingResponse);

    public static AwsOperation<PutLegalHoldRequest, PutLegalHoldResponse> PutLegalHold =>
        field ??= new("postern", "Postern.PutLegalHold", RecordingJsonContext.Default.PutLegalHoldRequest, RecordingJsonContext.Default.PutLegalHoldResponse);
}

/// <summary>Asks for the key that the gateway signs recordings with.</summary>
public sealed record GetRecordingKeyRequest;

public sealed record GetRecordingKeyResponse
{
    /// <summary>ECDSA P-256, SubjectPublicKeyInfo, base64.</summary>
    public string? PublicKey { get; init; }
    /// <summary>Its short name, hexadecimal.</summary>
    public string? Fingerprint { get; init; }
}

/// <summary>Members are read in any case, unknown ones are skipped, absent ones are not written, times are epoch seconds.</summary>
[JsonSourceGenerationOptions(
    PropertyNameCaseInsensitive = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    Converters = [typeof(EpochSecondsConverter)])]
[JsonSerializable(typeof(GetRecordingKeyRequest))]
[JsonSerializable(typeof(GetRecordingKeyResponse))]
[JsonSerializable(typeof(DeleteRecordingRequest))]
[JsonSerializable(typeof(DeleteRecordingResponse))]
[JsonSerializable(typeof(PutLegalHoldRequest))]
[JsonSerializable(typeof(PutLegalHoldResponse))]
internal sealed partial class RecordingJsonContext : JsonSerializerContext;
