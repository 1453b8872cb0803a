using System.Buffers;
using System.Text;
using System.Text.Json;
using System.Xml;

namespace Postern.Server.Audit;

/// <summary>
/// What of a request and of an answer is recorded: the members listed here, and nothing else. So a secret can be recorded only by writing its name
/// into this file: activation codes, tokens, secret keys, command lines and the content of documents are not in it.
/// </summary>
internal static class RecordedFields
{
    /// <summary>Deeper nesting no operation has.</summary>
    public const int MaxDepth = 16;

    /// <summary>Members of requests, of any operation that has them: identifiers, names, filters, limits.</summary>
    private static readonly HashSet<string> Requested = new(StringComparer.OrdinalIgnoreCase)
    {
        "Target", "DocumentName", "Reason", "SessionId", "State", "Filters", "MaxResults", "InstanceId", "ResourceType", "ResourceId", "Tags", "TagKeys",
        "ActivationId", "IamRole", "RegistrationLimit", "DefaultInstanceName", "Description", "ExpirationDate", "Name", "DocumentVersion", "DocumentType",
        "DocumentFormat", "TargetType", "VersionName", "DisplayName", "PermissionType", "AccountIdsToAdd", "AccountIdsToRemove", "SettingId", "SettingValue",
        "Secrets", "Sealed", "Release", "Text", "TextIsSecret", "Owner", "Kind", "DocumentFilterList", "InstanceInformationFilterList", "LookupAttributes", "StartTime", "EndTime", "EventCategory",
        "UserName", "NewUserName", "Path", "NewPath", "PathPrefix", "GroupName", "NewGroupName", "RoleName", "PolicyName", "PolicyArn", "PolicyDocument",
        "AssumeRolePolicyDocument", "PermissionsBoundary", "MaxSessionDuration", "AccessKeyId", "Status", "VersionId", "SetAsDefault", "InstanceProfileName",
        "RoleArn", "RoleSessionName", "DurationSeconds", "Policy", "PolicyArns", "TransitiveTagKeys", "SourceIdentity", "PolicySourceArn", "ActionNames",
        "ResourceArns", "ResourceArn", "EntityFilter", "PolicyUsageFilter", "Scope", "OnlyAttached", "Marker", "MaxItems", "Filter",
        "LogGroupName", "LogGroupNamePrefix", "LogGroupIdentifier", "LogStreamName", "LogStreamNames", "RetentionInDays", "FilterPattern",
        "Rule", "EventBusName", "EventPattern", "ScheduleExpression", "Ids", "NamePrefix", "TargetArn", "ConnectionArn", "ConnectionState", "AuthorizationType", "HttpMethod",
        "InvocationRateLimitPerSecond", "Source", "DetailType", "Subject", "TargetId", "Id",
    };

    /// <summary>Of the parameters of a session: where a tunnel leads. All others may be command lines.</summary>
    private static readonly HashSet<string> SessionParameters = new(StringComparer.Ordinal) { "host", "portNumber", "localPortNumber" };

    /// <summary>Members of answers: the ids of what was made.</summary>
    private static readonly HashSet<string> Answered = new(StringComparer.Ordinal) { "SessionId", "ActivationId", "InstanceId", "DocumentVersion" };

    private static readonly HashSet<string> AnsweredXml = new(StringComparer.Ordinal)
    {
        "AccessKeyId", "UserId", "RoleId", "GroupId", "PolicyId", "InstanceProfileId", "AssumedRoleId", "Arn", "VersionId",
    };

    /// <summary>A JSON request as requestParameters; null when nothing of it is recorded.</summary>
    public static string? OfRequest(ReadOnlyMemory<byte> body) => Filtered(body, static (json, root) =>
    {
        var secret = root.EnumerateObject().Any(static member => member.Name.Equals("TextIsSecret", StringComparison.OrdinalIgnoreCase) && member.Value.ValueKind is not (JsonValueKind.False or JsonValueKind.Null));
        foreach (var member in root.EnumerateObject())
        {
            if (secret && member.Name.Equals("Text", StringComparison.OrdinalIgnoreCase))
                json.WriteString("text", "***");
            else if (Requested.Contains(member.Name))
            {
                json.WritePropertyName(Small(member.Name));
                member.Value.WriteTo(json);
            }
            else if (member.Name.Equals("Parameters", StringComparison.OrdinalIgnoreCase) && member.Value.ValueKind == JsonValueKind.Object)
            {
                json.WriteStartObject("parameters");
                foreach (var parameter in member.Value.EnumerateObject().Where(parameter => SessionParameters.Contains(parameter.Name)))
                    parameter.WriteTo(json);
                json.WriteEndObject();
            }
        }
    });

    /// <summary>A request of the query protocol; lists and structures keep their flat names.</summary>
    public static string? OfForm(IEnumerable<KeyValuePair<string, string>> form) => Written(json =>
    {
        foreach (var (name, value) in form)
        {
            var dot = name.IndexOf('.');
            var member = dot < 0 ? name : name[..dot];
            if (Requested.TryGetValue(member, out var listed) && listed == member) // in forms, case counts: another one is passed over
                json.WriteString(Small(name), value);
        }
    });

    /// <summary>A JSON answer as responseElements; null when nothing of it is recorded.</summary>
    public static string? OfAnswer(ReadOnlyMemory<byte> body) => Filtered(body, static (json, root) =>
    {
        foreach (var member in root.EnumerateObject().Where(member => Answered.Contains(member.Name) && member.Value.ValueKind == JsonValueKind.String))
        {
            json.WritePropertyName(Small(member.Name));
            member.Value.WriteTo(json);
        }
    });

    /// <summary>An XML answer of the query protocol: the first element of each name that is listed.</summary>
    public static string? OfXml(ReadOnlyMemory<byte> body)
    {
        var found = new Dictionary<string, string>(StringComparer.Ordinal);
        using var xml = XmlReader.Create(new MemoryStream(body.ToArray()), new XmlReaderSettings { DtdProcessing = DtdProcessing.Prohibit, CheckCharacters = false });
        while (xml.Read())
        {
            if (xml.NodeType != XmlNodeType.Element || xml.IsEmptyElement || !AnsweredXml.Contains(xml.LocalName))
                continue;
            var name = xml.LocalName;
            if (xml.Read() && xml.NodeType == XmlNodeType.Text)
                found.TryAdd(name, xml.Value);
        }
        return Written(json =>
        {
            foreach (var (name, value) in found)
                json.WriteString(Small(name), value);
        });
    }

    private static string? Filtered(ReadOnlyMemory<byte> body, Action<Utf8JsonWriter, JsonElement> members)
    {
        if (body.IsEmpty)
            return null;
        try
        {
            using var parsed = JsonDocument.Parse(body, new JsonDocumentOptions { MaxDepth = MaxDepth });
            return parsed.RootElement.ValueKind == JsonValueKind.Object ? Written(json => members(json, parsed.RootElement)) : null;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return null; // refused as no JSON, or no text; the entry says so
        }
    }

    private static string? Written(Action<Utf8JsonWriter> members)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            members(json);
            json.WriteEndObject();
        }
        const int Empty = 2; // {}
        return buffer.WrittenCount == Empty ? null : Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    /// <summary>As CloudTrail names members: with a small first letter.</summary>
    private static string Small(string name) => name.Length == 0 || char.IsAsciiLetterLower(name[0]) ? name : char.ToLowerInvariant(name[0]) + name[1..];
}
