using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Postern.Protocol.Audit;
using Postern.Server.Settings;

namespace Postern.Server.Audit;

/// <summary>Writes an event as a record in CloudTrail's format, bounded, with what the log is searched by beside it.</summary>
internal static class AuditRecord
{
    private const string Version = "1.11";

    /// <summary>Longest text of a member, and longest JSON of parameters, in characters. What is longer is cut, or left out and said.</summary>
    public const int MaxText = 1024, MaxJson = 16 * 1024, MaxResources = 16;

    /// <summary>The entry, without its place in the chain.</summary>
    public static AuditEntry Write(AuditEvent happened, DateTimeOffset time, ServerOptions options)
    {
        var eventId = Guid.NewGuid().ToString();
        var resources = happened.Resources.Take(MaxResources).Select(Bounded).ToList();
        var source = $"{happened.Service}.amazonaws.com";
        var record = Write(json =>
        {
            json.WriteString("eventVersion", Version);
            Identity(json, happened.Principal);
            json.WriteString("eventTime", Text(time));
            json.WriteString("eventSource", source);
            json.WriteString("eventName", Bounded(happened.Name));
            json.WriteString("awsRegion", options.Region);
            json.WriteString("sourceIPAddress", Bounded(happened.SourceAddress));
            json.WriteString("userAgent", Bounded(happened.UserAgent));
            if (happened.ErrorCode is not null)
                json.WriteString("errorCode", Bounded(happened.ErrorCode));
            if (happened.ErrorMessage is not null)
                json.WriteString("errorMessage", Bounded(happened.ErrorMessage));
            Raw(json, "requestParameters", happened.RequestParameters);
            Raw(json, "responseElements", happened.ResponseElements);
            if (happened.Details.Count > 0 || happened.Touched is not null)
                Details(json, happened);
            json.WriteString("requestID", happened.RequestId);
            json.WriteString("eventID", eventId);
            json.WriteBoolean("readOnly", happened.ReadOnly);
            Resources(json, resources, options.Account);
            json.WriteString("eventType", happened.Type);
            json.WriteBoolean("managementEvent", true);
            json.WriteString("recipientAccountId", options.Account);
            json.WriteString("eventCategory", "Management");
        });
        return new AuditEntry
        {
            Sequence = 0,
            Time = time.ToUnixTimeMilliseconds(),
            EventId = eventId,
            EventName = Bounded(happened.Name),
            EventSource = source,
            UserName = Bounded(happened.Principal.UserName),
            AccessKeyId = Bounded(happened.Principal.AccessKeyId ?? ""),
            Resources = string.Join('\n', resources),
            ReadOnly = happened.ReadOnly,
            ErrorCode = Bounded(happened.ErrorCode ?? ""),
            Record = record,
        };
    }

    private static void Identity(Utf8JsonWriter json, AuditPrincipal principal)
    {
        json.WriteStartObject("userIdentity");
        json.WriteString("type", principal.Type);
        json.WriteString("principalId", Bounded(principal.PrincipalId));
        json.WriteString("arn", Bounded(principal.Arn));
        json.WriteString("accountId", principal.AccountId);
        if (principal.AccessKeyId is not null)
            json.WriteString("accessKeyId", Bounded(principal.AccessKeyId));
        if (principal.Type == "IAMUser")
            json.WriteString("userName", Bounded(principal.UserName));
        if (principal.Issuer is not null || principal.Issued is not null)
            SessionContext(json, principal);
        json.WriteEndObject();
    }

    private static void SessionContext(Utf8JsonWriter json, AuditPrincipal principal)
    {
        json.WriteStartObject("sessionContext");
        if (principal.Issuer is { } role)
        {
            json.WriteStartObject("sessionIssuer");
            json.WriteString("type", "Role");
            json.WriteString("principalId", role.Id);
            json.WriteString("arn", role.Arn);
            json.WriteString("accountId", principal.AccountId);
            json.WriteString("userName", role.Name);
            json.WriteEndObject();
        }
        if (principal.Issued is { } issued)
        {
            json.WriteStartObject("attributes");
            json.WriteString("creationDate", Text(issued));
            json.WriteString("mfaAuthenticated", "false");
            json.WriteEndObject();
        }
        json.WriteEndObject();
    }

    private static void Details(Utf8JsonWriter json, AuditEvent happened)
    {
        json.WriteStartObject("additionalEventData");
        foreach (var (name, value) in happened.Details)
            if (value is not null)
                json.WriteString(name, Bounded(value));
        if (happened.Touched is not null)
            Raw(json, "touched", happened.Touched);
        json.WriteEndObject();
    }

    private static void Resources(Utf8JsonWriter json, IReadOnlyList<string> resources, string account)
    {
        if (resources.Count == 0)
            return;
        json.WriteStartArray("resources");
        foreach (var resource in resources)
        {
            json.WriteStartObject();
            json.WriteString("ARN", resource);
            json.WriteString("accountId", account);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    private static void Raw(Utf8JsonWriter json, string name, string? value)
    {
        json.WritePropertyName(name);
        if (value is null)
            json.WriteNullValue();
        else if (value.Length <= MaxJson)
            json.WriteRawValue(value);
        else
            json.WriteStringValue($"left out: {value.Length} characters, at most {MaxJson} are kept");
    }

    private static string Text(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    /// <summary>Control characters would break lines of names; lone surrogates are no text at all.</summary>
    private static string Bounded(string text)
    {
        var bounded = text.Length <= MaxText ? text : text[..MaxText] + "…";
        return bounded.Any(c => char.IsControl(c) || char.IsSurrogate(c)) ? string.Concat(bounded.EnumerateRunes().Select(rune => Rune.IsControl(rune) ? "?" : rune.ToString())) : bounded;
    }

    private static string Write(Action<Utf8JsonWriter> members)
    {
        var buffer = new ArrayBufferWriter<byte>(2048);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            members(json);
            json.WriteEndObject();
        }
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }
}
