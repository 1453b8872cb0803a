using Postern.Server.Documents;

namespace Postern.Server.Recordings.Delivery;

/// <summary>A row of table recording_deliveries: one recording on its way to one place. Times are Unix milliseconds.</summary>
internal sealed class DeliveryRow
{
    /// <summary>The recording itself and its text, once it has its end.</summary>
    public const string S3 = "s3";
    /// <summary>Its text, into a log group of this gateway, while it grows.</summary>
    public const string Logs = "logs";
    /// <summary>The same, into a log group of the CloudWatch Logs service that the settings name.</summary>
    public const string Service = "service";

    public string SessionId { get; set; } = "";
    public string Kind { get; set; } = "";
    /// <summary>The gateway that has the file.</summary>
    public string Gateway { get; set; } = "";
    /// <summary>JSON of <see cref="SessionDelivery"/>.</summary>
    public string Delivery { get; set; } = "";
    /// <summary>Lines that have arrived.</summary>
    public long Position { get; set; }
    /// <summary>Failed ones since the last that did not.</summary>
    public long Attempts { get; set; }
    public long NextAt { get; set; }
    /// <summary>Of the last attempt; null: it did not fail.</summary>
    public string? Error { get; set; }
    public long? DoneAt { get; set; }

    public SessionDelivery Destination => SessionDelivery.FromJson(Delivery)!;

    /// <summary>For people.</summary>
    public string Place => Kind == S3 ? $"s3://{Destination.Bucket}/{Destination.KeyOf(SessionId, RecordingFolder.Extension)}" : Destination.LogGroup ?? "";
}
