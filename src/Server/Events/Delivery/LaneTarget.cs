using System.Text.Json;
using Postern.Protocol.AwsJson;
using Postern.Server.Events.Rules;

namespace Postern.Server.Events.Delivery;

/// <summary>A target of a rule, read from its row.</summary>
internal sealed class LaneTarget(TargetRow row)
{
    /// <summary>AWS's defaults.</summary>
    private const int Attempts = 185, AgeSeconds = 86_400;

    public string Lane => row.Lane;
    public string RuleName => row.RuleName;
    public string TargetId => row.TargetId;
    public string Arn => row.Arn;
    public string Text => row.Target;
    public EventTarget Target { get; } = JsonSerializer.Deserialize(row.Target, EventTargetJson.Shape)!;

    /// <summary>Attempts after the first.</summary>
    public int MaxRetries => Target.RetryPolicy?.MaximumRetryAttempts ?? Attempts;
    public TimeSpan MaxAge => TimeSpan.FromSeconds(Target.RetryPolicy?.MaximumEventAgeInSeconds ?? AgeSeconds);
}
