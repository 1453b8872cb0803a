namespace Postern.Protocol.AwsJson;

/// <summary>Asks for one session with what AWS's DescribeSessions has no member for.</summary>
public sealed record DescribeSessionRequest
{
    /// <summary>Required.</summary>
    public string? SessionId { get; init; }
}

/// <summary>One session, live or ended.</summary>
public sealed record DescribeSessionResponse
{
    /// <summary>As DescribeSessions gives it. Of an ended session, Details says how it ended.</summary>
    public Session? Session { get; init; }
    /// <summary>IP address that StartSession came from; absent for sessions older than this was kept.</summary>
    public string? SourceAddress { get; init; }
    /// <summary>The access key that started it.</summary>
    public string? AccessKeyId { get; init; }
    /// <summary>Standard_Stream, InteractiveCommands, NonInteractiveCommands or Port.</summary>
    public string? SessionType { get; init; }
    public string? DocumentVersion { get; init; }
    /// <summary>Where a port session leads: a host, "localhost" for the node itself.</summary>
    public string? RemoteHost { get; init; }
    public int? RemotePort { get; init; }
    /// <summary>Stream data that has passed, bytes, repetitions not counted.</summary>
    public long BytesToNode { get; init; }
    public long BytesToClient { get; init; }
}
