namespace Postern.Server.Events;

/// <summary>Event ids 2500 to 2599.</summary>
internal static partial class Log
{
    [LoggerMessage(2500, LogLevel.Error, "Events could not be taken from the audit log; this is tried again")]
    public static partial void CollectingFailed(this ILogger logger, Exception exception);

    [LoggerMessage(2501, LogLevel.Error, "Events could not be given to the rules; this is tried again")]
    public static partial void RoutingFailed(this ILogger logger, Exception exception);

    [LoggerMessage(2502, LogLevel.Error, "Deliveries of events could not be read; this is tried again")]
    public static partial void DeliveringFailed(this ILogger logger, Exception exception);

    [LoggerMessage(2503, LogLevel.Warning, "Target {Target} of rule {Rule} did not take an event: {Error}")]
    public static partial void NotTaken(this ILogger logger, string target, string rule, string error);

    [LoggerMessage(2504, LogLevel.Error, "Target {Target} of rule {Rule} was not given {Count} events, which are dead letters now: {Error}")]
    public static partial void Died(this ILogger logger, string target, string rule, int count, string error);

    [LoggerMessage(2505, LogLevel.Error, "Old events could not be removed")]
    public static partial void RemovalFailed(this ILogger logger, Exception exception);

    [LoggerMessage(2507, LogLevel.Error, "The rule {Rule} has a pattern that cannot be read any more, and matches nothing: {Reason}")]
    public static partial void UnreadableRule(this ILogger logger, string rule, string reason);
}
