namespace Postern.Protocol.AwsJson;

/// <summary>Reads a setting of the account.</summary>
public sealed record GetServiceSettingRequest
{
    /// <summary>Such as /ssm/managed-instance/activation-tier. Required.</summary>
    public string? SettingId { get; init; }
}

/// <summary>The setting.</summary>
public sealed record GetServiceSettingResponse
{
    public ServiceSetting? ServiceSetting { get; init; }
}

/// <summary>Changes a setting of the account.</summary>
public sealed record UpdateServiceSettingRequest
{
    /// <summary>Required.</summary>
    public string? SettingId { get; init; }
    /// <summary>1 to 4096 characters. Required.</summary>
    public string? SettingValue { get; init; }
}

/// <summary>Gives a setting its default value again.</summary>
public sealed record ResetServiceSettingRequest
{
    /// <summary>Required.</summary>
    public string? SettingId { get; init; }
}

/// <summary>The setting as it is from now on.</summary>
public sealed record ResetServiceSettingResponse
{
    public ServiceSetting? ServiceSetting { get; init; }
}

/// <summary>A setting and who changed it last.</summary>
public sealed record ServiceSetting
{
    public string? SettingId { get; init; }
    public string? SettingValue { get; init; }
    public DateTimeOffset? LastModifiedDate { get; init; }
    public string? LastModifiedUser { get; init; }
    [System.Text.Json.Serialization.JsonPropertyName("ARN")] public string? Arn { get; init; }
    /// <summary>Default, Customized or PendingUpdate.</summary>
    public string? Status { get; init; }
}
