namespace Postern.Server.Events.Endpoints;

internal enum TargetKind
{
    ApiDestination,
    Command,
    LogGroup,
}

/// <summary>
/// The ARN of a target: arn:aws:events:REGION:ACCOUNT:api-destination/NAME/ID, arn:aws:postern:REGION:ACCOUNT:command/NAME or
/// arn:aws:logs:REGION:ACCOUNT:log-group:NAME, of this region and account.
/// </summary>
internal readonly record struct TargetArn(TargetKind Kind, string Name, string Id)
{
    public const string Forms = "an API destination (arn:aws:events:…:api-destination/NAME/ID), a command of the gateway's settings (arn:aws:postern:…:command/NAME) or a log group (arn:aws:logs:…:log-group:NAME)";

    public static string Command(string region, string account, string name) => $"arn:aws:postern:{region}:{account}:command/{name}";

    public static string ApiDestination(string region, string account, string name, string id) => $"arn:aws:events:{region}:{account}:api-destination/{name}/{id}";

    public static string Connection(string region, string account, string name, string id) => $"arn:aws:events:{region}:{account}:connection/{name}/{id}";

    /// <summary>Null: none of them.</summary>
    public static TargetArn? Parse(string arn, string region, string account)
    {
        const int Parts = 6;
        if (arn.Split(':', Parts) is not ["arn", "aws", var service, var inRegion, var inAccount, var resource] || inRegion != region || inAccount != account)
            return null;
        return (service, resource.Split('/')) switch
        {
            ("events", ["api-destination", { Length: > 0 } name, { Length: > 0 } id]) => new TargetArn(TargetKind.ApiDestination, name, id),
            ("postern", ["command", { Length: > 0 } name]) => new TargetArn(TargetKind.Command, name, ""),
            ("logs", _) when resource.StartsWith("log-group:", StringComparison.Ordinal) && resource["log-group:".Length..] is { Length: > 0 } group
                && (group = group.EndsWith(":*", StringComparison.Ordinal) ? group[..^2] : group) is { Length: > 0 and <= 512 } && !group.Contains(':')
                => new TargetArn(TargetKind.LogGroup, group, ""),
            _ => null,
        };
    }
}
