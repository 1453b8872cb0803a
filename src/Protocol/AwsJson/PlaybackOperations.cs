using System.Text.Json.Serialization;

namespace Postern.Protocol.AwsJson;

/// <summary>Operations of our own that read recordings and watch live sessions.</summary>
public static class PlaybackOperations
{
    public static AwsOperation<DescribeRecordingsRequest, DescribeRecordingsResponse> DescribeRecordings =>
        field ??= new("postern", "Postern.DescribeRecordings", PlaybackJsonContext.Default.DescribeRecordingsRequest, PlaybackJsonContext.Default.DescribeRecordingsResponse);

    public static AwsOperation<GetRecordingRequest, GetRecordingResponse> GetRecording =>
        field ??= new("postern", "Postern.GetRecording", PlaybackJsonContext.Default.GetRecordingRequest, PlaybackJsonContext.Default.GetRecordingResponse);

    public static AwsOperation<WatchSessionRequest, WatchSessionResponse> WatchSession =>
        field ??= new("postern", "Postern.WatchSession", PlaybackJsonContext.Default.WatchSessionRequest, PlaybackJsonContext.Default.WatchSessionResponse);

    public static AwsOperation<SearchRecordingsRequest, SearchRecordingsResponse> SearchRecordings =>
        field ??= new("postern", "Postern.SearchRecordings", PlaybackJsonContext.Default.SearchRecordingsRequest, PlaybackJsonContext.Default.SearchRecordingsResponse);
}

/// <summary>Members are read in any case, unknown ones are skipped, absent ones are not written, times are epoch seconds, bytes base64.</summary>
[JsonSourceGenerationOptions(
    PropertyNameCaseInsensitive = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    Converters = [typeof(EpochSecondsConverter)])]
[JsonSerializable(typeof(DescribeRecordingsRequest))]
[JsonSerializable(typeof(DescribeRecordingsResponse))]
[JsonSerializable(typeof(GetRecordingRequest))]
[JsonSerializable(typeof(GetRecordingResponse))]
[JsonSerializable(typeof(WatchSessionRequest))]
[JsonSerializable(typeof(WatchSessionResponse))]
[JsonSerializable(typeof(SearchRecordingsRequest))]
[JsonSerializable(typeof(SearchRecordingsResponse))]
internal sealed partial class PlaybackJsonContext : JsonSerializerContext;
