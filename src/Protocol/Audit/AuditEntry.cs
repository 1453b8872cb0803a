namespace Postern.Protocol.Audit;

/// <summary>
/// One entry of the audit log. The record is one CloudTrail record (JSON, byte for byte as it was written); what stands beside it is what the
/// log is searched by. The hash covers all of it and the hash of the entry before.
/// </summary>
public sealed record AuditEntry
{
    /// <summary>From 1, without gaps.</summary>
    public required long Sequence { get; init; }
    /// <summary>Milliseconds since 1970, UTC.</summary>
    public required long Time { get; init; }
    public required string EventId { get; init; }
    public required string EventName { get; init; }
    /// <summary>Such as ssm.amazonaws.com.</summary>
    public required string EventSource { get; init; }
    public required string UserName { get; init; }
    public required string AccessKeyId { get; init; }
    /// <summary>A line for each resource.</summary>
    public required string Resources { get; init; }
    public required bool ReadOnly { get; init; }
    /// <summary>Empty for what succeeded.</summary>
    public required string ErrorCode { get; init; }
    public required string Record { get; init; }
    /// <summary>The hash of the entry before: 64 lower-case hexadecimal digits, zeros for the first.</summary>
    public string Previous { get; init; } = AuditChain.Beginning;
    public string Hash { get; init; } = "";
}

/// <summary>A place in the log, signed with a key of the gateway: "head" is its last entry, "base" the last one that was removed for its age.</summary>
/// <param name="Signature">HMAC-SHA256, 64 lower-case hexadecimal digits; empty for a log without entries.</param>
public sealed record AuditMark(string Name, long Sequence, string Hash, string Signature)
{
    public const string Head = "head", Base = "base";
}
