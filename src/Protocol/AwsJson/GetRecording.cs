namespace Postern.Protocol.AwsJson;

/// <summary>Asks for what a recording holds, piece by piece.</summary>
public sealed record GetRecordingRequest
{
    /// <summary>Required.</summary>
    public string? SessionId { get; init; }
    /// <summary>What was typed and not shown, too. Needs postern:GetRecordingSecrets.</summary>
    public bool? Secrets { get; init; }
    /// <summary>The file as it is stored, in place of its events. With Secrets, a copy that carries its key; without, one that can be verified and not read.</summary>
    public bool? Sealed { get; init; }
    /// <summary>Where to go on: NextPosition of the answer before.</summary>
    public long? Position { get; init; }
}

/// <summary>A piece of a recording.</summary>
public sealed record GetRecordingResponse
{
    public RecordingDescription? Recording { get; init; }
    /// <summary>The header's facts, JSON; on the first piece.</summary>
    public string? Facts { get; init; }
    /// <summary>Events as in a chunk, the first one's time counted from 0; or bytes of the file.</summary>
    public byte[]? Data { get; init; }
    /// <summary>Absent after the last piece.</summary>
    public long? NextPosition { get; init; }
    /// <summary>How the recording ended, JSON; on the last piece, when it has an end.</summary>
    public string? End { get; init; }
}
