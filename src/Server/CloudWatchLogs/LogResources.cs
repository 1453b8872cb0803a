using Postern.Protocol.AwsJson;
using Postern.Server.Api;
using Postern.Server.Iam;
using Postern.Server.Logs;

namespace Postern.Server.CloudWatchLogs;

/// <summary>Names of log groups and streams, as policies and requests write them.</summary>
internal static class LogResources
{
    private const string Marker = ":log-group:";

    /// <summary>AWS asks for the streams of a group when it means the group; policies are written for either.</summary>
    public static Touched Group(string? name, CallContext context)
    {
        var arn = context.Arns.LogGroup(name ?? "");
        return new Touched([$"{arn}:log-stream:", arn]);
    }

    /// <param name="identifier">Name or ARN of the group.</param>
    /// <param name="context">Of the call.</param>
    public static Touched Identified(string? identifier, CallContext context) => Group(NameOf(identifier), context);

    public static Touched Stream(string? group, string? stream, CallContext context) => new(context.Arns.LogStream(group ?? "", stream ?? ""));

    /// <summary>The group's name from its name or any of its ARNs.</summary>
    public static string? NameOf(string? identifier)
    {
        if (identifier?.IndexOf(Marker, StringComparison.Ordinal) is not (>= 0 and var at))
            return identifier;
        var name = identifier[(at + Marker.Length)..];
        return name.EndsWith(":*", StringComparison.Ordinal) ? name[..^2] : name;
    }

    /// <summary>The group that a request names by name or identifier, which exclude each other.</summary>
    /// <exception cref="AwsErrorException">InvalidParameterException, ResourceNotFoundException.</exception>
    public static async Task<LogGroupRow> FindAsync(LogStore store, string? name, string? identifier, CancellationToken cancellationToken)
    {
        if (name is null == identifier is null)
            throw Invalid(name is null ? "Give LogGroupName or LogGroupIdentifier." : "LogGroupName and LogGroupIdentifier are both set. Give one of them.");
        var group = NameOf(identifier) ?? name!;
        new Validation().GroupName(group).ThrowIfFaulty(InvalidParameter);
        return await store.FindGroupAsync(group, cancellationToken) ?? throw GroupMissing(group);
    }

    public const string InvalidParameter = "InvalidParameterException";

    public static AwsErrorException Invalid(string message) => new(InvalidParameter, message);

    public static AwsErrorException GroupMissing(string name) => new("ResourceNotFoundException", $"The specified log group does not exist: {name}");

    public static AwsErrorException StreamMissing(string name) => new("ResourceNotFoundException", $"The specified log stream does not exist: {name}");

    public static Validation GroupName(this Validation validation, string? name) => validation
        .Required("logGroupName", name).Length("logGroupName", name, 1, LogNames.MaxName).Pattern("logGroupName", name, LogNames.Group(), LogNames.GroupPattern);

    public static Validation StreamName(this Validation validation, string? name) => validation
        .Required("logStreamName", name).Length("logStreamName", name, 1, LogNames.MaxName).Pattern("logStreamName", name, LogNames.Stream(), LogNames.StreamPattern);
}
