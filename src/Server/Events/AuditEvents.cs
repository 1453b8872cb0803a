using System.Globalization;
using System.Text.Json;
using Postern.Protocol.Audit;

namespace Postern.Server.Events;

/// <summary>
/// Which entries of the audit log are events for rules, and what they say there. The audit log is where everything that happens is written first and
/// in order; an event has its entry's id.
/// </summary>
internal static class AuditEvents
{
    public const string Sessions = "postern.sessions", Nodes = "postern.nodes", Recordings = "postern.recordings", Access = "postern.access";

    /// <summary>Events of the gateway itself, by the name of their entry.</summary>
    private static readonly Dictionary<string, (string Source, string Type)> Own = new(StringComparer.Ordinal)
    {
        ["SessionConnected"] = (Sessions, "Session Connected"),
        ["SessionDisconnected"] = (Sessions, "Session Disconnected"),
        ["SessionResumed"] = (Sessions, "Session Resumed"),
        ["SessionEnded"] = (Sessions, "Session Ended"),
        ["RecordingStored"] = (Recordings, "Recording Stored"),
        ["RecordingFailed"] = (Recordings, "Recording Failed"),
        ["RecordingUnfinished"] = (Recordings, "Recording Unfinished"),
        ["RecordingDamaged"] = (Recordings, "Recording Damaged"),
        ["RecordingDelivered"] = (Recordings, "Recording Delivered"),
        ["RecordingNotDelivered"] = (Recordings, "Recording Not Delivered"),
    };

    /// <summary>Details that are numbers, so that patterns can compare them.</summary>
    private static readonly HashSet<string> Numbers = new(StringComparer.Ordinal) { "bytesToNode", "bytesToClient", "seconds", "bytes", "chunks" };

    private const string OwnType = "AwsServiceEvent";

    /// <summary>Null: an entry that is no event.</summary>
    public static HappenedEvent? Of(AuditEntry entry)
    {
        var denied = entry.ErrorCode.Length > 0;
        if (!denied && !Own.ContainsKey(entry.EventName) && entry.EventName is not ("StartSession" or "WatchSession"))
            return null;
        using var parsed = JsonDocument.Parse(entry.Record);
        var record = parsed.RootElement;
        if (Json.Text(record, "eventType") == OwnType)
            return Own.TryGetValue(entry.EventName, out var own) ? OfGateway(entry, record, own.Source, own.Type) : null;
        if (denied)
            return IsDenial(entry, record) ? OfDenial(entry, record) : null;
        return (entry.EventName, entry.EventSource) switch
        {
            ("StartSession", "ssm.amazonaws.com") => OfStart(entry, record),
            ("WatchSession", "postern.amazonaws.com") => OfWatch(entry, record),
            _ => null,
        };
    }

    /// <summary>Refused by a policy, or because nobody knows who called.</summary>
    private static bool IsDenial(AuditEntry entry, JsonElement record)
        => entry.ErrorCode is "AccessDeniedException" or "AccessDenied" || Json.Text(record, "userIdentity", "type") == "Unknown";

    private static HappenedEvent OfGateway(AuditEntry entry, JsonElement record, string source, string type)
    {
        var details = record.TryGetProperty("additionalEventData", out var data) && data.ValueKind == JsonValueKind.Object ? data : default;
        return Event(entry, source, type, Json.Text(details, "sessionId") ?? "", json =>
        {
            if (details.ValueKind == JsonValueKind.Object)
                foreach (var member in details.EnumerateObject().Where(member => member.Value.ValueKind == JsonValueKind.String))
                    Detail(json, member.Name, member.Value.GetString()!);
            Who(json, record);
            Text(json, "errorMessage", Json.Text(record, "errorMessage"));
        });
    }

    private static HappenedEvent OfStart(AuditEntry entry, JsonElement record)
    {
        var session = Json.Text(record, "responseElements", "sessionId") ?? "";
        return Event(entry, Sessions, "Session Started", session, json =>
        {
            json.WriteString("sessionId", session);
            foreach (var name in new[] { "target", "documentName", "reason" })
                Text(json, name, Json.Text(record, "requestParameters", name));
            if (record.GetProperty("requestParameters") is { ValueKind: JsonValueKind.Object } request && request.TryGetProperty("parameters", out var parameters))
            {
                json.WritePropertyName("parameters");
                parameters.WriteTo(json);
            }
            Who(json, record);
            Text(json, "sourceIPAddress", Json.Text(record, "sourceIPAddress"));
        });
    }

    private static HappenedEvent OfWatch(AuditEntry entry, JsonElement record)
    {
        var session = Json.Text(record, "requestParameters", "sessionId") ?? "";
        return Event(entry, Sessions, "Session Watched", session, json =>
        {
            json.WriteString("sessionId", session);
            Who(json, record);
            Text(json, "sourceIPAddress", Json.Text(record, "sourceIPAddress"));
        });
    }

    private static HappenedEvent OfDenial(AuditEntry entry, JsonElement record) => Event(entry, Access, "Call Denied", "", json =>
    {
        json.WriteString("eventName", entry.EventName);
        json.WriteString("eventSource", entry.EventSource);
        json.WriteString("errorCode", entry.ErrorCode);
        Text(json, "errorMessage", Json.Text(record, "errorMessage"));
        Who(json, record);
        Text(json, "accessKeyId", Json.Text(record, "userIdentity", "accessKeyId"));
        Text(json, "sourceIPAddress", Json.Text(record, "sourceIPAddress"));
        foreach (var name in new[] { "action", "decidedBy", "deniedAction", "deniedResource", "leftOutBefore" })
            Text(json, name, Json.Text(record, "additionalEventData", name));
    });

    private static HappenedEvent Event(AuditEntry entry, string source, string type, string subject, Action<Utf8JsonWriter> detail)
        => new(entry.EventId, source, type, DateTimeOffset.FromUnixTimeMilliseconds(entry.Time), subject, entry.Resources.Split('\n', StringSplitOptions.RemoveEmptyEntries), Json.Write(detail));

    private static void Who(Utf8JsonWriter json, JsonElement record)
    {
        var arn = Json.Text(record, "userIdentity", "arn");
        Text(json, "user", arn);
        Text(json, "userName", arn?[(arn.LastIndexOf('/') + 1)..]);
    }

    private static void Detail(Utf8JsonWriter json, string name, string value)
    {
        if (Numbers.Contains(name) && long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            json.WriteNumber(name, number);
        else
            json.WriteString(name, value);
    }

    private static void Text(Utf8JsonWriter json, string name, string? value)
    {
        if (!string.IsNullOrEmpty(value))
            json.WriteString(name, value);
    }
}
