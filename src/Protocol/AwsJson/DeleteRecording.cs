namespace Postern.Protocol.AwsJson;

/// <summary>Removes a recording that has its end and is not on legal hold.</summary>
public sealed record DeleteRecordingRequest
{
    /// <summary>Required.</summary>
    public string? SessionId { get; init; }
}

/// <summary>What was removed.</summary>
public sealed record DeleteRecordingResponse
{
    public string? SessionId { get; init; }
    /// <summary>Of the file.</summary>
    public long Bytes { get; init; }
    /// <summary>Of its last chunk, hexadecimal.</summary>
    public string? Hash { get; init; }
}
