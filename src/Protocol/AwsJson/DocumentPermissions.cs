namespace Postern.Protocol.AwsJson;

/// <summary>Shares a document with accounts, or ends that.</summary>
public sealed record ModifyDocumentPermissionRequest
{
    /// <summary>Required.</summary>
    public string? Name { get; init; }
    /// <summary>Share. Required.</summary>
    public string? PermissionType { get; init; }
    /// <summary>Twelve digits each, or "all".</summary>
    public IReadOnlyList<string>? AccountIdsToAdd { get; init; }
    public IReadOnlyList<string>? AccountIdsToRemove { get; init; }
    /// <summary>$LATEST, $DEFAULT or $ALL.</summary>
    public string? SharedDocumentVersion { get; init; }
}

/// <summary>Asks whom a document is shared with.</summary>
public sealed record DescribeDocumentPermissionRequest
{
    /// <summary>Required.</summary>
    public string? Name { get; init; }
    /// <summary>Share. Required.</summary>
    public string? PermissionType { get; init; }
    /// <summary>Most items on one page.</summary>
    public int? MaxResults { get; init; }
    /// <summary>Where the next page starts; absent on the last.</summary>
    public string? NextToken { get; init; }
}

/// <summary>A page of accounts.</summary>
public sealed record DescribeDocumentPermissionResponse
{
    public IReadOnlyList<string>? AccountIds { get; init; }
    public IReadOnlyList<AccountSharingInfo>? AccountSharingInfoList { get; init; }
    /// <summary>Where the next page starts; absent on the last.</summary>
    public string? NextToken { get; init; }
}

/// <summary>An account that a document is shared with.</summary>
public sealed record AccountSharingInfo
{
    public string? AccountId { get; init; }
    public string? SharedDocumentVersion { get; init; }
}
