namespace Postern.Protocol.AwsJson;

/// <summary>Says that a recording must be kept, or need not be any more. One of Reason and Release is required.</summary>
public sealed record PutLegalHoldRequest
{
    public const int MaxReason = 400;

    /// <summary>Required.</summary>
    public string? SessionId { get; init; }
    /// <summary>Why it must be kept: 1 to 400 characters. It takes the place of an earlier reason.</summary>
    public string? Reason { get; init; }
    /// <summary>True: the hold ends.</summary>
    public bool? Release { get; init; }
}

public sealed record PutLegalHoldResponse
{
    /// <summary>As it is now.</summary>
    public RecordingDescription? Recording { get; init; }
}
