using Postern.Protocol.AwsJson;
using Postern.Server.Api;
using Postern.Server.Events.Endpoints;
using Postern.Server.Events.Inputs;
using Postern.Server.Events.Rules;
using Postern.Server.Iam;
using Postern.Server.Settings;

namespace Postern.Server.EventBridge;

/// <summary>PutTargets, RemoveTargets and ListTargetsByRule.</summary>
internal sealed class TargetOperations(RuleStore rules, EndpointStore endpoints, ServerOptions options)
{
    private const int MaxTargets = 100, MaxArn = 1600, MaxInput = 8192, MaxPath = 256, MaxPaths = 100, MaxPage = 100;

    public static IReadOnlyList<Touched> Touches(PutTargetsRequest request, CallContext context)
        => [EventResources.Rule(request.Rule, context) with { Keys = [new ConditionKey("events:TargetArn", [.. (request.Targets ?? []).Select(target => target?.Arn ?? "").Distinct().Take(MaxTargets)])] }];

    public async Task<TargetsResponse> PutAsync(PutTargetsRequest request, CallContext context, CancellationToken cancellationToken)
    {
        var validation = new Validation().RuleName("rule", request.Rule).Required("targets", request.Targets).Items("targets", request.Targets, 1, MaxTargets);
        var number = 1;
        foreach (var target in (request.Targets ?? []).Take(MaxTargets).OfType<EventTarget>())
            Check(validation, $"targets.{number++}.member", target);
        validation.ThrowIfFaulty();
        EventResources.RequireBus(request.EventBusName, context);
        if (request.Targets!.DistinctBy(target => target.Id).Count() != request.Targets!.Count)
            throw new AwsErrorException("ValidationException", "Two targets have one Id. Each target of a rule needs its own.");
        foreach (var target in request.Targets!)
            if (await FaultAsync(target, cancellationToken) is { } fault)
                throw new AwsErrorException("ValidationException", fault);
        await rules.PutTargetsAsync(request.Rule!, request.Targets!, cancellationToken);
        return new TargetsResponse();
    }

    public async Task<TargetsResponse> RemoveAsync(RemoveTargetsRequest request, CallContext context, CancellationToken cancellationToken)
    {
        new Validation().RuleName("rule", request.Rule).Required("ids", request.Ids).Items("ids", request.Ids, 1, MaxTargets).ThrowIfFaulty();
        EventResources.RequireBus(request.EventBusName, context);
        var missing = await rules.RemoveTargetsAsync(request.Rule!, request.Ids!, cancellationToken);
        return new TargetsResponse
        {
            FailedEntryCount = missing.Count,
            FailedEntries = [.. missing.Select(id => new FailedTarget { TargetId = id, ErrorCode = "ResourceNotFoundException", ErrorMessage = $"Rule {request.Rule} has no target {ForeignText.Show(id)}." })],
        };
    }

    public async Task<ListTargetsByRuleResponse> ListAsync(ListTargetsByRuleRequest request, CallContext context, CancellationToken cancellationToken)
    {
        new Validation().RuleName("rule", request.Rule).Range("limit", request.Limit, 1, MaxPage).ThrowIfFaulty();
        EventResources.RequireBus(request.EventBusName, context);
        if (await rules.FindAsync(request.Rule!, cancellationToken) is null)
            throw RuleErrors.Unknown(request.Rule!);
        var scope = PageToken.Scope("ListTargetsByRule", [("rule", [request.Rule!])]);
        var after = PageToken.Read(scope, request.NextToken);
        var size = request.Limit ?? MaxPage;
        var rest = (await rules.TargetsAsync(request.Rule!, cancellationToken)).Where(target => string.CompareOrdinal(target.TargetId, after) > 0).OrderBy(target => target.TargetId, StringComparer.Ordinal).ToList();
        return new ListTargetsByRuleResponse
        {
            Targets = [.. rest.Take(size).Select(target => new Events.Delivery.LaneTarget(target).Target)],
            NextToken = rest.Count > size ? PageToken.Write(scope, rest[size - 1].TargetId) : null,
        };
    }

    private static void Check(Validation validation, string member, EventTarget target) => validation
        .RuleName($"{member}.id", target.Id)
        .Required($"{member}.arn", target.Arn).Length($"{member}.arn", target.Arn, 1, MaxArn)
        .Length($"{member}.roleArn", target.RoleArn, 1, MaxArn)
        .Length($"{member}.input", target.Input, 0, MaxInput)
        .Length($"{member}.inputPath", target.InputPath, 0, MaxPath)
        .Length($"{member}.inputTransformer.inputTemplate", target.InputTransformer?.InputTemplate, 1, MaxInput)
        .Items($"{member}.inputTransformer.inputPathsMap", target.InputTransformer?.InputPathsMap?.Keys.ToList(), 0, MaxPaths)
        .Items($"{member}.httpParameters.pathParameterValues", target.HttpParameters?.PathParameterValues, 0, MaxPaths)
        .Must(HttpText.AreParameters(target.HttpParameters), $"{member}.httpParameters", $"Member must have at most {HttpText.MaxParameters} names and values of at most {HttpText.MaxValue} characters, which HTTP can carry")
        .Range($"{member}.retryPolicy.maximumRetryAttempts", target.RetryPolicy?.MaximumRetryAttempts, 0, 185)
        .Range($"{member}.retryPolicy.maximumEventAgeInSeconds", target.RetryPolicy?.MaximumEventAgeInSeconds, 60, 86_400);

    private async Task<string?> FaultAsync(EventTarget target, CancellationToken cancellationToken)
    {
        if (target.Others is { Count: > 0 } others)
            return $"{string.Join(", ", others.Keys.Select(name => ForeignText.Show(name)))} of target {target.Id} is not served here. Targets are {TargetArn.Forms}.";
        if (target.DeadLetterConfig?.Arn is not null)
            return $"DeadLetterConfig of target {target.Id} is not served here: events that a target did not take are kept in any case. Leave it out, and see: postern events dead-letters.";
        if (TargetArn.Parse(target.Arn!, options.Region, options.Account) is not { } arn)
            return $"Parameter {ForeignText.Show(target.Arn!)} is not valid. Reason: Provided Arn is not in correct format, or not of this region and account. A target is {TargetArn.Forms}.";
        if (arn.Kind == TargetKind.Command && !options.EventCommands.ContainsKey(arn.Name))
            return $"The gateway has no command {arn.Name}. Commands are listed in its settings (event-command).";
        if (arn.Kind == TargetKind.LogGroup && !Logs.LogNames.IsGroup(arn.Name))
            return $"{arn.Name} cannot be the name of a log group.";
        if (arn.Kind == TargetKind.ApiDestination && (await endpoints.FindDestinationAsync(arn.Name, cancellationToken))?.Id != arn.Id)
            return $"API destination {target.Arn} does not exist.";
        return TargetInput.Fault(target);
    }
}
