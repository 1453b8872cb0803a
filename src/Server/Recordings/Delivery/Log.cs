namespace Postern.Server.Recordings.Delivery;

/// <summary>Event ids 2250 to 2299, of the block of recordings.</summary>
internal static partial class Log
{
    [LoggerMessage(2250, LogLevel.Information, "The recording of session {SessionId} was delivered to bucket {Bucket}")]
    public static partial void Delivered(this ILogger logger, string sessionId, string bucket);

    [LoggerMessage(2251, LogLevel.Warning, "The recording of session {SessionId} could not be delivered ({Kind}) and will be again: {Reason}")]
    public static partial void NotDelivered(this ILogger logger, string sessionId, string kind, string reason);

    [LoggerMessage(2252, LogLevel.Information, "The recording of session {SessionId} is delivered again ({Kind})")]
    public static partial void DeliveredAgain(this ILogger logger, string sessionId, string kind);

    [LoggerMessage(2253, LogLevel.Error, "The deliveries of recordings could not be looked after and will be again")]
    public static partial void DeliveriesNotRead(this ILogger logger, Exception exception);

    [LoggerMessage(2254, LogLevel.Error, "The deliveries of recordings ({Kind}) could not be read from the database and will be again")]
    public static partial void DeliveriesNotListed(this ILogger logger, string kind, Exception exception);

    [LoggerMessage(2255, LogLevel.Error, "What became of the delivery of session {SessionId} ({Kind}) could not be noted in the database; it is tried again")]
    public static partial void DeliveryNotNoted(this ILogger logger, string sessionId, string kind, Exception exception);
}
