using Postern.Server.Events.Endpoints;
using Postern.Server.Events.Inputs;
using Postern.Server.Logs;
using Postern.Server.Settings;

namespace Postern.Server.Events.Delivery;

/// <summary>Gives an event to a target of whichever kind.</summary>
internal sealed class TargetSenders(Webhooks webhooks, Commands commands, LogStore logs, ServerOptions options)
{
    public async Task<Outcome> SendAsync(LaneTarget target, DueDelivery delivery, CancellationToken cancellationToken)
    {
        try
        {
            if (TargetArn.Parse(target.Arn, options.Region, options.Account) is not { } arn)
                return Outcome.Never($"{target.Arn} is no target of this region and account");
            var input = TargetInput.Of(target, delivery, options);
            switch (arn.Kind)
            {
                case TargetKind.ApiDestination:
                    return await webhooks.SendAsync(target, arn, delivery, input, cancellationToken);
                case TargetKind.Command:
                    return await commands.RunAsync(arn, input, cancellationToken);
                default:
                    await logs.AppendAsync(arn.Name, StreamOf(target), [new LogLine(delivery.Time, input)], cancellationToken);
                    return Outcome.Taken;
            }
        }
        catch (Exception e) when (e is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            return e is FormatException ? Outcome.Never(e.Message) : Outcome.Later(e.Message);
        }
    }

    /// <summary>A stream for each target: its rule's name is in it, so that a log group can have several rules.</summary>
    private static string StreamOf(LaneTarget target) => $"{target.RuleName}/{target.TargetId}";
}
