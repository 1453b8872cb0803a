using System.Text.RegularExpressions;
using Postern.Protocol.AwsJson;
using Postern.Server.Api;
using Postern.Server.Iam;

namespace Postern.Server.EventBridge;

/// <summary>Names of rules, buses and endpoints, as policies and requests write them.</summary>
internal static partial class EventResources
{
    public const string DefaultBus = "default", NameModel = @"[\.\-_A-Za-z0-9]+";
    public const int MaxName = 64;

    [GeneratedRegex(@"\A[\.\-_A-Za-z0-9]+\z", RegexOptions.NonBacktracking)]
    public static partial Regex Name { get; }

    public static string RuleArn(Arns arns, string? name) => $"arn:aws:events:{arns.Region}:{arns.Account}:rule/{name}";

    public static string BusArn(Arns arns, string? name) => $"arn:aws:events:{arns.Region}:{arns.Account}:event-bus/{name ?? DefaultBus}";

    public static Touched Rule(string? name, CallContext context) => new(RuleArn(context.Arns, name));

    /// <param name="kind">connection or api-destination.</param>
    /// <param name="name">Of it.</param>
    /// <param name="context">Of the call.</param>
    public static Touched Endpoint(string kind, string? name, CallContext context) => new($"arn:aws:events:{context.Arns.Region}:{context.Arns.Account}:{kind}/{name}");

    /// <summary>The rule's name from its ARN; null: not a rule of this account.</summary>
    public static string? RuleOf(string? arn, Arns arns)
    {
        var prefix = RuleArn(arns, "");
        return arn?.StartsWith(prefix, StringComparison.Ordinal) == true ? arn[prefix.Length..].Replace("default/", "", StringComparison.Ordinal) : null;
    }

    public static Validation RuleName(this Validation validation, string member, string? name) => validation.Required(member, name).EndpointName(member, name);

    public static Validation EndpointName(this Validation validation, string member, string? name) => validation.Length(member, name, 1, MaxName).Pattern(member, name, Name, NameModel);

    /// <exception cref="AwsErrorException">ResourceNotFoundException: there is one bus, default.</exception>
    public static void RequireBus(string? bus, CallContext context)
    {
        if (bus is not (null or DefaultBus) && bus != BusArn(context.Arns, DefaultBus))
            throw new AwsErrorException("ResourceNotFoundException", $"Event bus {ForeignText.Show(bus)} does not exist. The event bus here is default.");
    }
}
