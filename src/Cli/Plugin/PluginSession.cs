using System.Runtime.InteropServices;
using Postern.Cli.Terminal;
using Postern.Client;

namespace Postern.Cli.Plugin;

/// <summary>One session under the plugin's contract: what it prints, what its signals do.</summary>
internal sealed class PluginSession(ClientSession session)
{
    /// <summary>After the end of piped input, output that comes within this time of the last is still waited for, up to a limit.</summary>
    private static readonly TimeSpan Quiet = TimeSpan.FromMilliseconds(500), QuietLimit = TimeSpan.FromSeconds(10);

    public async Task RunAsync(CancellationToken stopping)
    {
        try
        {
            var facts = await session.Ready.WaitAsync(stopping);
            await (facts.Kind switch
            {
                SessionKind.PortForwarding => new PluginPort(session, facts).RunAsync(stopping),
                SessionKind.StandardStreams => RunStreamsAsync(stopping),
                _ => RunShellAsync(facts, stopping),
            });
        }
        catch (SessionEndedException ended)
        {
            Report(session.SessionId, ended.End);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            await session.TerminateAsync();
        }
        catch
        {
            await session.TerminateAsync(); // a port that is taken here must not leave a session at the node
            throw;
        }
    }

    /// <summary>The closing words for an end that this program did not cause.</summary>
    public static void Report(string sessionId, SessionEnd end) => StandardOutput.Out.Text(end.Reason switch
    {
        SessionEndReason.ChannelClosed when end.Output.Length == 0 => PluginTexts.Exiting(sessionId),
        SessionEndReason.ChannelClosed => PluginTexts.ExitingWith(sessionId, end.Output),
        SessionEndReason.TimedOut => PluginTexts.TimedOut(sessionId),
        SessionEndReason.Terminated => "",
        _ => PluginTexts.CannotStart(end.Output),
    });

    private async Task RunShellAsync(SessionFacts facts, CancellationToken stopping)
    {
        var terminal = new ShellTerminal(session, facts) { ShowExitCode = true, Error = StandardOutput.Out };
        var end = await terminal.RunAsync(stopping);
        if (end == ShellEnd.EndOfInput)
            await WhenQuietAsync(terminal.Shell, stopping);
        if (session.Ended.IsCompleted)
        {
            Report(session.SessionId, await session.Ended);
            return;
        }
        if (end == ShellEnd.EndOfInput)
            StandardOutput.Out.Text(PluginTexts.CannotStart("EOF"));
        await session.TerminateAsync();
    }

    private async Task RunStreamsAsync(CancellationToken stopping)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        using var signals = PluginPort.OnControlSignals(stop);
        var end = await StandardStreamSession.RunAsync(session, new StandardInput(), StandardOutput.Out, stop.Token);
        if (end.Reason != SessionEndReason.Terminated)
            Report(session.SessionId, end);
        else if (stop.IsCancellationRequested && !stopping.IsCancellationRequested)
            StandardOutput.Out.Text(PluginTexts.Exiting(session.SessionId));
    }

    /// <summary>The stock plugin stops at once and loses what the last commands print; the words are the same.</summary>
    private async Task WhenQuietAsync(ShellSession shell, CancellationToken stopping)
    {
        var time = TimeProvider.System;
        await session.FlushAsync(QuietLimit, stopping);
        var start = time.GetTimestamp();
        while (!session.Ended.IsCompleted && time.GetElapsedTime(start) < QuietLimit
            && time.GetElapsedTime(Math.Max(start, shell.LastOutput)) is var silent && silent < Quiet)
            await Task.WhenAny(session.Ended, Task.Delay(Quiet - silent, stopping));
        stopping.ThrowIfCancellationRequested();
    }
}
