namespace Postern.Server.Events.Rules;

/// <summary>A row of event_rules.</summary>
internal sealed class RuleRow
{
    public const string Columns = "name, pattern, state, description, role_arn";
    public const string Enabled = "ENABLED", Disabled = "DISABLED";

    public string Name { get; set; } = "";
    public string Pattern { get; set; } = "";
    public string State { get; set; } = "";
    public string? Description { get; set; }
    public string? RoleArn { get; set; }
}

/// <summary>A row of event_targets.</summary>
internal sealed class TargetRow
{
    public const string Columns = "rule_name, target_id, lane, arn, target";

    public string RuleName { get; set; } = "";
    public string TargetId { get; set; } = "";
    /// <summary>Stays the same as long as the rule has a target of this id.</summary>
    public string Lane { get; set; } = "";
    public string Arn { get; set; } = "";
    /// <summary>The whole target, JSON.</summary>
    public string Target { get; set; } = "";
}
