using System.CommandLine;
using System.Runtime.InteropServices;
using Postern.Cli.Output;
using Postern.Cli.Terminal;
using Postern.Client;
using Postern.Protocol.AwsJson;
using Postern.Protocol.Recordings;
using Postern.Protocol.Recordings.Exports;
using Postern.Protocol.Recordings.Screen;

namespace Postern.Cli.Commands;

/// <summary>postern watch: looks on while somebody else works.</summary>
internal static class WatchCommand
{
    public static Verb Build()
    {
        var session = new Argument<string>("SESSION") { Description = "Session id, as listed by postern sessions" };
        var command = new Verb("watch", "Watch a live shell, read-only, from its screen as it is now. q or Ctrl-C leaves; the session does not notice.", """
            Into a pipe, the bytes that draw the screen come first, then those that are shown. Watching is in the audit log.

            Example:
              postern watch anna-07a16060613c408b5
            """) { session };
        return command.Runs(async (result, token) =>
        {
            using var gateway = GatewayConnection.Open(GatewayOptions.Of(result));
            var id = result.GetRequiredValue(session);
            var first = await gateway.Client.CallAsync(PlaybackOperations.WatchSession, new WatchSessionRequest { SessionId = id }, token);
            using var leaving = CancellationTokenSource.CreateLinkedTokenSource(token);
            using var signals = new Signals().On(leaving.Cancel, PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGHUP);
            var last = Posix.IsTerminal(Posix.StandardOutput) != 0
                ? await OnTerminalAsync(gateway.Client, id, first, leaving)
                : await FollowAsync(gateway.Client, id, first, Pipe, leaving.Token);
            StandardOutput.Error.Text(last.Ended == true ? $"postern: session {id} is over. {last.EndReason}\n" : $"postern: {id} goes on; you left.\n");
            return ExitCodes.Ok;
        });
    }

    private static async Task<WatchSessionResponse> OnTerminalAsync(SessionClient client, string id, WatchSessionResponse first, CancellationTokenSource leaving)
    {
        using var raw = RawTerminal.Enter();
        using var view = new ScreenView(StandardOutput.Out);
        var screen = new TerminalScreen(1, 1);
        var gate = new Lock();
        using var signals = new Signals().On(Draw, PosixSignal.SIGWINCH);
        await using var keys = new Keys(new StandardInput());
        var watching = FollowAsync(client, id, first, Show, leaving.Token);
        var left = LeftAsync(keys);
        // Without a keyboard one watches to the session's end.
        if (await Task.WhenAny(watching, left) == left && raw is not null)
            await leaving.CancelAsync();
        return await watching;

        void Show(WatchSessionResponse piece)
        {
            lock (gate)
            {
                if (piece.Screen is not null)
                {
                    screen = new TerminalScreen(piece.Columns ?? 80, piece.Rows ?? 24);
                    screen.Write(piece.Screen);
                }
                foreach (var recorded in RecordingSource.Decode(piece.Events ?? []))
                    Apply(screen, recorded.AsEvent());
            }
            Draw();
        }

        void Draw()
        {
            lock (gate)
                view.Draw(screen, $" watching {id}   {screen.Columns}x{screen.Rows}   q leaves   {screen.Title}");
        }
    }

    /// <summary>Completes when somebody wants to leave, or nobody can any more.</summary>
    private static async Task LeftAsync(Keys keys)
    {
        await foreach (var key in keys.Reader.ReadAllAsync())
            if (key == ViewKey.Leave)
                return;
    }

    /// <summary>Until the session ends or the watcher leaves.</summary>
    private static async Task<WatchSessionResponse> FollowAsync(SessionClient client, string id, WatchSessionResponse piece, Action<WatchSessionResponse> show, CancellationToken cancellationToken)
    {
        try
        {
            while (true)
            {
                show(piece);
                if (piece.Ended == true && piece.Events is null && piece.Screen is null)
                    return piece;
                try
                {
                    piece = await client.CallAsync(PlaybackOperations.WatchSession, new WatchSessionRequest { SessionId = id, WatchId = piece.WatchId, Position = piece.Position }, cancellationToken);
                }
                catch (AwsErrorException e) when (e.Code == "WatchNotFoundException")
                {
                    // The gateway was restarted, or this machine slept: the screen as it is comes anew.
                    piece = await client.CallAsync(PlaybackOperations.WatchSession, new WatchSessionRequest { SessionId = id }, cancellationToken);
                }
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return piece with { Ended = null };
        }
    }

    private static void Pipe(WatchSessionResponse piece)
    {
        StandardOutput.Out.Write(piece.Screen ?? []);
        foreach (var recorded in RecordingSource.Decode(piece.Events ?? []))
            if (recorded.Kind == RecordingEventKind.Output)
                StandardOutput.Out.Write(recorded.Body);
    }

    public static void Apply(TerminalScreen screen, RecordingEvent recorded)
    {
        if (recorded.Kind == RecordingEventKind.Output)
            screen.Write(recorded.Body);
        else if (recorded.Kind == RecordingEventKind.Resize && RecordingExport.TryReadSize(recorded.Body, out var columns, out var rows))
            screen.Resize(columns, rows);
    }
}
