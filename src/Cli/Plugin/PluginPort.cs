using System.Net.Sockets;
using System.Runtime.InteropServices;
using Postern.Cli.Terminal;
using Postern.Client;
using Postern.Client.Ports;

namespace Postern.Cli.Plugin;

/// <summary>A port session under the plugin's contract.</summary>
internal sealed class PluginPort(ClientSession session, SessionFacts facts)
{
    private const string UnixType = "unix";

    private int _accepted;

    public async Task RunAsync(CancellationToken stopping)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        using var signals = OnControlSignals(stop);
        using var listener = Listen(facts.Port!);
        var opened = listener.UnixPath is { } path
            ? PluginTexts.UnixSocketOpened(path, session.SessionId)
            : PluginTexts.PortOpened(listener.Port, session.SessionId);
        StandardOutput.Out.Text(opened + (facts.Multiplexed ? PluginTexts.WaitingForConnections : "\n"));
        if (facts.DestinationError is { } error)
            ShowFailure(error);
        await PortForward.RunAsync(session, facts, listener, new PortForwardEvents
        {
            OnAccepted = ShowAccepted,
            OnDestinationFailed = failure => ShowFailure(failure.Reason),
        }, stop.Token);
        if (session.Ended.IsCompleted && await session.Ended is { Reason: not SessionEndReason.Terminated } end)
        {
            PluginSession.Report(session.SessionId, end);
            return;
        }
        await session.TerminateAsync();
        StandardOutput.Out.Text(PluginTexts.Exiting(session.SessionId));
    }

    /// <summary>Ctrl-C and its kin end port sessions.</summary>
    public static Signals OnControlSignals(CancellationTokenSource stop) => new Signals().On(() =>
    {
        StandardOutput.Out.Text(PluginTexts.TerminateSignal);
        stop.Cancel();
    }, PosixSignal.SIGINT, PosixSignal.SIGQUIT, PosixSignal.SIGTSTP);

    private static LocalListener Listen(PortProperties properties)
    {
        if (properties.LocalConnectionType == UnixType)
            return LocalListener.OnUnixSocket(properties.LocalUnixSocket);
        var text = properties.LocalPortNumber;
        if (!ushort.TryParse(text.Length == 0 ? "0" : text, out var port))
            throw new InvalidDataException($"localPortNumber '{text}' is not a port");
        try
        {
            return LocalListener.OnPort(port);
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.AddressAlreadyInUse)
        {
            throw new IOException($"listen tcp 127.0.0.1:{port}: bind: address already in use", e);
        }
    }

    private void ShowAccepted()
    {
        if (!facts.Multiplexed)
            StandardOutput.Out.Text(PluginTexts.BasicAccepted(session.SessionId));
        else if (Interlocked.Increment(ref _accepted) == 1)
            StandardOutput.Out.Text(PluginTexts.MuxAccepted(session.SessionId));
    }

    private static void ShowFailure(string? reason)
        => StandardOutput.Out.Text(PluginTexts.DestinationFailed + (reason is null ? "" : $"{reason}\n"));
}
