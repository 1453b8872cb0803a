using Postern.Server.Logs;
using Postern.Server.Storage;

namespace Postern.Server.CloudWatchLogs;

internal static class LogConditions
{
    /// <summary>Events behind a place, or before it.</summary>
    public static void Beyond(this SqlConditions conditions, LogPlace place, bool forward)
    {
        var comparison = forward ? ">" : "<";
        var (time, id) = (conditions.Value(place.Time), conditions.Value(place.Id));
        // The first condition alone is what the index is entered with.
        conditions.And($"e.time {comparison}= {time}").And($"(e.time {comparison} {time} OR e.id {comparison} {id})");
    }
}
