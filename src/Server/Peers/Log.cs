namespace Postern.Server.Peers;

/// <summary>Event ids 2600 to 2699.</summary>
internal static partial class Log
{
    [LoggerMessage(2600, LogLevel.Error, "This gateway could not say where it is reached; the others of its database will not ask it until it can")]
    public static partial void NotAnnounced(this ILogger logger, Exception exception);

    [LoggerMessage(2601, LogLevel.Warning, "Another gateway of this database has the name {Name} too, and was heard of a moment ago at {Url}. Give each its own with --name, or they take each other's sessions")]
    public static partial void SameName(this ILogger logger, string name, string url);

    [LoggerMessage(2602, LogLevel.Warning, "The gateway {Name} ({Url}) cannot be reached: {Reason}")]
    public static partial void NotReached(this ILogger logger, string name, string url, string reason);

    [LoggerMessage(2603, LogLevel.Warning, "The gateway {Name} ({Url}) was asked and gave no answer: {Reason}")]
    public static partial void NotAnswered(this ILogger logger, string name, string url, string reason);
}
