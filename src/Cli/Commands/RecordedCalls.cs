using System.Globalization;
using System.Text.Json;
using Postern.Client;
using Postern.Protocol.AwsJson;

namespace Postern.Cli.Commands;

/// <summary>Turns calls of the audit log into questions to a policy. Equal ones are asked once.</summary>
internal static class RecordedCalls
{
    private const string NodeName = ":managed-instance/";

    public static async Task<List<PolicyTest>> ReadAsync(SessionClient client, string? user, TimeSpan age, CancellationToken cancellationToken)
    {
        var found = await AuditQuery.Create(user, null, null, DateTimeOffset.UtcNow - age, null, denied: false).ReadAsync(client, 0, cancellationToken);
        var tests = new Dictionary<string, PolicyTest>(StringComparer.Ordinal);
        foreach (var test in found.Select(Of).OfType<PolicyTest>())
        {
            var key = $"{test.Name}\n{test.Allowed}\n{string.Join('\n', test.Touched[0].Context!.Where(pair => !pair.Key.StartsWith("aws:Cur", StringComparison.Ordinal)).Select(pair => $"{pair.Key}={pair.Value[0]}"))}";
            tests[key] = tests.TryGetValue(key, out var known) ? known with { Times = known.Times + 1 } : test;
        }
        return [.. tests.Values];
    }

    /// <summary>Null for what no policy was asked about: events of sessions, strangers, nodes.</summary>
    public static PolicyTest? Of(CloudTrailEvent recorded)
    {
        using var document = JsonDocument.Parse(recorded.Record ?? "{}");
        var record = document.RootElement;
        if (Text(record, "additionalEventData", "action") is not { } action || Text(record, "additionalEventData", "decision") is not { } decision)
            return null;
        var context = new Dictionary<string, IReadOnlyList<string>>(StringComparer.OrdinalIgnoreCase);
        Add("aws:SourceIp", Text(record, "sourceIPAddress"));
        Add("aws:UserAgent", Text(record, "userAgent"));
        Add("aws:CurrentTime", Text(record, "eventTime"));
        Add("aws:RequestedRegion", Text(record, "awsRegion"));
        Add("aws:SecureTransport", "true");
        Add("aws:username", Text(record, "userIdentity", "userName"));
        Add("aws:userid", Text(record, "userIdentity", "principalId"));
        Add("aws:PrincipalAccount", Text(record, "userIdentity", "accountId"));
        var arn = Text(record, "userIdentity", "arn");
        if (arn?.Contains(":user/", StringComparison.Ordinal) == true)
            Add("aws:PrincipalArn", arn);
        var port = Parameter(record, "portNumber");
        Add("postern:RemoteHost", (Parameter(record, "host") ?? (port is null ? null : "localhost"))?.ToLowerInvariant().TrimEnd('.'));
        Add("postern:RemotePort", port);
        if (context.TryGetValue("postern:RemoteHost", out var host) && System.Net.IPAddress.TryParse(host[0], out _))
            context["postern:RemoteAddress"] = host;

        var resources = Resources(record);
        var touched = resources.Count == 0
            ? [new PolicyCase { Action = action, Context = context }]
            : resources.ConvertAll(name => new PolicyCase { Action = action, Resources = NamesOf(name), Context = context });
        var shown = resources.Count == 0 ? "" : $" on {string.Join(", ", resources)}";
        return new PolicyTest($"{recorded.Username} {action}{shown}", touched, decision == "allowed");

        void Add(string key, string? value)
        {
            if (value is { Length: > 0 })
                context[key] = [value];
        }
    }

    /// <summary>A node's two names.</summary>
    private static string[] NamesOf(string arn) => arn.Contains(NodeName, StringComparison.Ordinal)
        ? [arn, arn.Replace("arn:aws:ssm:", "arn:aws:ec2:", StringComparison.Ordinal).Replace(NodeName, ":instance/", StringComparison.Ordinal)] : [arn];

    private static List<string> Resources(JsonElement record)
        => record.TryGetProperty("resources", out var list) && list.ValueKind == JsonValueKind.Array
            ? [.. list.EnumerateArray().Select(one => Text(one, "ARN")).OfType<string>()] : [];

    private static string? Parameter(JsonElement record, string name)
        => record.TryGetProperty("requestParameters", out var request) && request.ValueKind == JsonValueKind.Object
            && request.TryGetProperty("parameters", out var parameters) && parameters.ValueKind == JsonValueKind.Object
            && parameters.TryGetProperty(name, out var values) && values.ValueKind == JsonValueKind.Array && values.GetArrayLength() == 1
            ? Convert.ToString(values[0].GetString(), CultureInfo.InvariantCulture) : null;

    private static string? Text(JsonElement element, params ReadOnlySpan<string> path)
    {
        foreach (var name in path)
            if (element.ValueKind != JsonValueKind.Object || !element.TryGetProperty(name, out element))
                return null;
        return element.ValueKind == JsonValueKind.String ? element.GetString() : null;
    }
}
