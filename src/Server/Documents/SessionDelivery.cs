using System.Text.Json;
using System.Text.Json.Serialization;
using Postern.Server.Documents.Content;

namespace Postern.Server.Documents;

/// <summary>Where the log of a session goes besides the gateway's own folder, as its document or the account's preferences say.</summary>
internal sealed record SessionDelivery
{
    /// <summary>Null: not to S3.</summary>
    public string? Bucket { get; init; }
    /// <summary>Beginning of the objects' keys, without slashes at its ends; empty: none.</summary>
    public string Prefix { get; init; } = "";
    /// <summary>The store is asked to encrypt what it keeps.</summary>
    public bool Encrypt { get; init; }
    /// <summary>Null: to no log group.</summary>
    public string? LogGroup { get; init; }
    /// <summary>Lines go to the log group as JSON while the session runs, as AWS's agent sends them; else as they are, once it is over.</summary>
    public bool Streaming { get; init; }

    /// <summary>Null when it goes nowhere.</summary>
    public static SessionDelivery? Of(SessionInputs inputs) => inputs.Logging is null ? null : new SessionDelivery
    {
        Bucket = inputs.S3BucketName is { Length: > 0 } bucket ? bucket : null,
        Prefix = inputs.S3KeyPrefix?.Trim('/') ?? "",
        Encrypt = inputs.S3EncryptionEnabled == true,
        LogGroup = inputs.CloudWatchLogGroupName is { Length: > 0 } group ? group : null,
        Streaming = inputs.CloudWatchStreamingEnabled != false,
    };

    /// <param name="sessionId">Of the session.</param>
    /// <param name="extension">.log: text; .prec: the recording itself.</param>
    public string KeyOf(string sessionId, string extension) => (Prefix.Length > 0 ? Prefix + "/" : "") + sessionId + extension;

    public string ToJson() => JsonSerializer.Serialize(this, SessionDeliveryJsonContext.Default.SessionDelivery);

    public static SessionDelivery? FromJson(string? json) => json is null ? null : JsonSerializer.Deserialize(json, SessionDeliveryJsonContext.Default.SessionDelivery);
}

/// <summary>As the session's row holds it.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(SessionDelivery))]
internal sealed partial class SessionDeliveryJsonContext : JsonSerializerContext;
