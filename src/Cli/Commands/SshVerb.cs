using System.Runtime.InteropServices;
using Postern.Cli.Output;
using Postern.Cli.Terminal;
using Postern.Client;
using Postern.Protocol.AwsJson;

namespace Postern.Cli.Commands;

/// <summary>ssh over a session: as ssh's ProxyCommand, or by running ssh with itself as ProxyCommand.</summary>
internal static class SshVerb
{
    private const string Document = "AWS-StartSSHSession";
    private const int BrokenPipe = 13; // SIGPIPE
    private const nint DefaultAction = 0;

    public static Task<int> RunAsync(SshArguments arguments) => arguments.Stdio ? ProxyAsync(arguments) : Task.FromResult(Replace(arguments));

    /// <summary>Standard output carries SSH and nothing else.</summary>
    private static async Task<int> ProxyAsync(SshArguments arguments)
    {
        using var stop = new CancellationTokenSource();
        using var signals = new Signals().On(stop.Cancel, PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGHUP);
        using var gateway = GatewayConnection.Open(arguments.Settings);
        var node = await TargetResolver.ResolveAsync(gateway.Client, arguments.Target, stop.Token);
        var request = new StartSessionRequest
        {
            Target = node,
            DocumentName = Document,
            Parameters = new Dictionary<string, IReadOnlyList<string>> { ["portNumber"] = [$"{arguments.Port}"] },
        };
        await using var session = await gateway.Client.StartAsync(request, SessionNotices.Options, stop.Token);
        SessionEnd end;
        try
        {
            var facts = await session.Ready.WaitAsync(stop.Token);
            if (facts.Kind != SessionKind.StandardStreams)
                throw new CommandException($"{node} opened a session of another kind ({facts.Kind}).", ExitCodes.SessionFailed);
            if (facts.DestinationError is { } error)
                throw new CommandException($"Port {arguments.Port} of {node} cannot be reached: {error}", ExitCodes.SessionFailed);
            end = await StandardStreamSession.RunAsync(session, new StandardInput(), StandardOutput.Out, stop.Token);
        }
        finally
        {
            await session.TerminateAsync();
        }
        return end.IsFailure ? Verb.Fail(Failure.OfEnd(end)) : ExitCodes.Ok;
    }

    /// <summary>ssh takes this process's place, so that terminal, signals and exit code are its own. Returns only when it cannot.</summary>
    private static int Replace(SshArguments arguments)
    {
        Posix.SetSignal(BrokenPipe, DefaultAction); // the runtime ignores it, and ssh would inherit that
        Posix.Execute("ssh", SshCommandLine(arguments, Environment.ProcessPath ?? "postern"));
        throw new CommandException($"ssh cannot be run: {Marshal.GetLastPInvokeErrorMessage()}. Install OpenSSH's client.", ExitCodes.Usage);
    }

    /// <summary>The whole of ssh's argv, with a null at the end as exec wants it.</summary>
    public static string?[] SshCommandLine(SshArguments arguments, string self)
    {
        List<string> proxy = [self, "ssh", "--stdio"];
        AddOption(proxy, "--profile", arguments.Settings.Profile);
        AddOption(proxy, "--region", arguments.Settings.Region);
        AddOption(proxy, "--endpoint-url", arguments.Settings.EndpointUrl);
        AddOption(proxy, "--ca", arguments.Settings.CaFile is { } ca ? Path.GetFullPath(ca) : null);
        // ssh expands % in the command: ours are doubled, %h and %p are meant.
        var command = string.Join(' ', proxy.Select(w => CommandLine.Quote(w).Replace("%", "%%"))) + " %h %p";
        return ["ssh", "-o", $"ProxyCommand={command}", arguments.Target, .. arguments.Rest, null];
    }

    private static void AddOption(List<string> words, string name, string? value)
    {
        if (value is not null)
            words.AddRange([name, value]);
    }
}
