using System.CommandLine;
using System.Runtime.InteropServices;
using Postern.Cli.Config;
using Postern.Cli.Output;
using Postern.Cli.Terminal;

namespace Postern.Cli.Commands;

internal static class ForwardCommand
{
    public static Verb Build()
    {
        var target = new Argument<string>("TARGET") { Description = "Node id or name" };
        var forwardings = new Argument<string[]>("FORWARDING") { Description = "[LOCAL:]PORT of the node, or [LOCAL:]HOST:PORT as seen from it; LOCAL 0 or none picks a free port", Arity = ArgumentArity.OneOrMore };
        var reason = new Option<string?>("--reason") { Description = "Why; kept with the sessions", HelpName = "TEXT" };
        var noCheck = new Option<bool>("--no-check") { Description = "Stay although the destination cannot be reached (yet)" };
        var json = new Option<bool>("--json") { Description = "Print one JSON line for each forwarding when it is open" };
        var command = new Verb("forward", "Make ports of a node, or of hosts it can reach, ports of this machine. Stays until Ctrl-C.", """
            Examples:
              postern forward db-net-1 15432:db.internal:5432
              postern forward web-1 8080:80 9090
              postern forward db-net-1 0:db.internal:3306 --json
            """) { target, forwardings, reason, noCheck, json };
        return command.Runs((result, _) => RunAsync(
            GatewayOptions.Of(result),
            result.GetRequiredValue(target),
            result.GetRequiredValue(forwardings),
            new ForwardOptions(result.GetValue(reason), !result.GetValue(noCheck), result.GetValue(json))));
    }

    /// <summary>Ends by signals.</summary>
    public static Task<int> RunAsync(SettingOptions settings, string target, ReadOnlySpan<string> forwardings, ForwardOptions options)
    {
        var specs = new ForwardSpec[forwardings.Length];
        for (var i = 0; i < specs.Length; i++)
            specs[i] = ForwardSpec.Parse(forwardings[i]);
        return RunAsync(settings, target, specs, options);
    }

    private static async Task<int> RunAsync(SettingOptions settings, string target, ForwardSpec[] specs, ForwardOptions options)
    {
        using var stop = new CancellationTokenSource();
        using var signals = new Signals().On(stop.Cancel, PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGHUP, PosixSignal.SIGQUIT);
        using var gateway = GatewayConnection.Open(settings);
        var tunnels = new List<ForwardTunnel>();
        try
        {
            // A port that is taken here is told before anything is opened there.
            foreach (var spec in specs)
                tunnels.Add(new ForwardTunnel(spec, options));
            var node = await TargetResolver.ResolveAsync(gateway.Client, target, stop.Token);
            var running = tunnels.Select(t => t.RunAsync(gateway.Client, node, stop.Token)).ToList();
            // All or nothing: half of what somebody asked for breaks what they do with it in stranger ways.
            await Task.WhenAny(running);
            await stop.CancelAsync();
            var failures = await Task.WhenAll(running);
            return failures.FirstOrDefault(f => f is not null) is { } failure ? Verb.Fail(failure) : ExitCodes.Ok;
        }
        finally
        {
            foreach (var tunnel in tunnels)
                tunnel.Dispose();
        }
    }
}
