using Postern.Protocol.AwsJson;
using Postern.Server.Api;
using Postern.Server.Events.Patterns;
using Postern.Server.Events.Rules;
using Postern.Server.Nodes;

namespace Postern.Server.EventBridge;

/// <summary>PutRule, DescribeRule, EnableRule, DisableRule, DeleteRule, ListRules and ListRuleNamesByTarget.</summary>
internal sealed class RuleOperations(RuleStore rules, TagStore tags)
{
    private const int MaxPattern = 4096, MaxDescription = 512, MaxArn = 1600, MaxPage = 100;

    public async Task<PutRuleResponse> PutAsync(PutRuleRequest request, CallContext context, CancellationToken cancellationToken)
    {
        new Validation()
            .RuleName("name", request.Name)
            .Length("eventPattern", request.EventPattern, 0, MaxPattern)
            .Length("description", request.Description, 0, MaxDescription)
            .Length("roleArn", request.RoleArn, 1, MaxArn)
            .OneOf("state", request.State, [RuleRow.Enabled, RuleRow.Disabled])
            .Tags(request.Tags)
            .ThrowIfFaulty();
        EventResources.RequireBus(request.EventBusName, context);
        if (!string.IsNullOrEmpty(request.ScheduleExpression))
            throw new AwsErrorException("ValidationException", "ScheduleExpression is not served here: rules have an EventPattern. For a schedule, let cron of a machine call put-events.");
        if (string.IsNullOrEmpty(request.EventPattern))
            throw new AwsErrorException("ValidationException", "Parameter(s) EventPattern or ScheduleExpression must be specified.");
        Check(request.EventPattern);
        var isNew = await rules.PutAsync(new RuleRow
        {
            Name = request.Name!,
            Pattern = request.EventPattern,
            State = request.State ?? RuleRow.Enabled,
            Description = request.Description,
            RoleArn = request.RoleArn,
        }, cancellationToken);
        if (isNew && request.Tags is { Count: > 0 } given)
            await tags.AddAsync(RuleTags.Kind, request.Name!, given, cancellationToken);
        return new PutRuleResponse { RuleArn = EventResources.RuleArn(context.Arns, request.Name) };
    }

    public async Task<EventRule> DescribeAsync(RuleRequest request, CallContext context, CancellationToken cancellationToken)
    {
        Check(request, context);
        var rule = await rules.FindAsync(request.Name!, cancellationToken) ?? throw RuleErrors.Unknown(request.Name!);
        return Describe(rule, context) with { CreatedBy = context.Arns.Account };
    }

    public Task<EmptyResponse> EnableAsync(RuleRequest request, CallContext context, CancellationToken cancellationToken) => SetAsync(request, RuleRow.Enabled, context, cancellationToken);

    public Task<EmptyResponse> DisableAsync(RuleRequest request, CallContext context, CancellationToken cancellationToken) => SetAsync(request, RuleRow.Disabled, context, cancellationToken);

    /// <summary>Deleting what is not there is no fault, as in AWS.</summary>
    public async Task<EmptyResponse> DeleteAsync(RuleRequest request, CallContext context, CancellationToken cancellationToken)
    {
        Check(request, context);
        await rules.DeleteAsync(request.Name!, RuleTags.Kind.ResourceType, cancellationToken);
        return EmptyResponse.Instance;
    }

    public async Task<ListRulesResponse> ListAsync(ListRulesRequest request, CallContext context, CancellationToken cancellationToken)
    {
        new Validation().EndpointName("namePrefix", request.NamePrefix).Range("limit", request.Limit, 1, MaxPage).ThrowIfFaulty();
        EventResources.RequireBus(request.EventBusName, context);
        var scope = PageToken.Scope("ListRules", [("prefix", [request.NamePrefix ?? ""])]);
        var size = request.Limit ?? MaxPage;
        var found = await rules.PageAsync(request.NamePrefix ?? "", PageToken.Read(scope, request.NextToken), size + 1, cancellationToken);
        return new ListRulesResponse
        {
            Rules = [.. found.Take(size).Select(rule => Describe(rule, context))],
            NextToken = found.Count > size ? PageToken.Write(scope, found[size - 1].Name) : null,
        };
    }

    public async Task<ListRuleNamesByTargetResponse> ListNamesAsync(ListRuleNamesByTargetRequest request, CallContext context, CancellationToken cancellationToken)
    {
        new Validation().Required("targetArn", request.TargetArn).Length("targetArn", request.TargetArn, 1, MaxArn).Range("limit", request.Limit, 1, MaxPage).ThrowIfFaulty();
        EventResources.RequireBus(request.EventBusName, context);
        var scope = PageToken.Scope("ListRuleNamesByTarget", [("target", [request.TargetArn!])]);
        var size = request.Limit ?? MaxPage;
        var names = await rules.RuleNamesAsync(request.TargetArn!, PageToken.Read(scope, request.NextToken), size + 1, cancellationToken);
        return new ListRuleNamesByTargetResponse { RuleNames = [.. names.Take(size)], NextToken = names.Count > size ? PageToken.Write(scope, names[size - 1]) : null };
    }

    /// <exception cref="AwsErrorException">InvalidEventPatternException.</exception>
    public static EventPattern Check(string pattern)
    {
        try
        {
            return EventPattern.Parse(pattern);
        }
        catch (PatternSyntaxException e)
        {
            throw new AwsErrorException("InvalidEventPatternException", e.Message);
        }
    }

    private async Task<EmptyResponse> SetAsync(RuleRequest request, string state, CallContext context, CancellationToken cancellationToken)
    {
        Check(request, context);
        return await rules.SetStateAsync(request.Name!, state, cancellationToken) ? EmptyResponse.Instance : throw RuleErrors.Unknown(request.Name!);
    }

    private static void Check(RuleRequest request, CallContext context)
    {
        new Validation().RuleName("name", request.Name).ThrowIfFaulty();
        EventResources.RequireBus(request.EventBusName, context);
    }

    private static EventRule Describe(RuleRow rule, CallContext context) => new()
    {
        Name = rule.Name,
        Arn = EventResources.RuleArn(context.Arns, rule.Name),
        EventPattern = rule.Pattern,
        State = rule.State,
        Description = rule.Description,
        RoleArn = rule.RoleArn,
        EventBusName = EventResources.DefaultBus,
    };
}
