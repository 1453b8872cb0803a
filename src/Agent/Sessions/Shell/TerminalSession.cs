using System.Text;
using System.Text.Json;
using Postern.Agent.Pty;
using Postern.Agent.Sessions.Documents;
using Postern.Protocol.Messages;

namespace Postern.Agent.Sessions.Shell;

/// <summary>A program on a terminal: the login shell of Standard_Stream, or the command of InteractiveCommands.</summary>
internal sealed class TerminalSession : ISessionKind
{
    /// <summary>How long a program may take to end after the hang-up.</summary>
    private static readonly TimeSpan EndGrace = TimeSpan.FromSeconds(2);

    private readonly SessionContext _context;
    private readonly Func<UserAccount, SpawnOptions> _program;
    private readonly bool _elevated;
    private readonly string _profile;
    private readonly TaskCompletionSource<Terminal> _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private TerminalSession(SessionContext context, Func<UserAccount, SpawnOptions> program, bool elevated, string profile)
    {
        _context = context;
        _program = program;
        _elevated = elevated;
        _profile = profile;
    }

    public static TerminalSession Shell(SessionContext context)
        => new(context, UserProgram.LoginShell, elevated: false, context.Document.InputFields.Object("shellProfile").Text("linux"));

    public static TerminalSession Command(SessionContext context)
    {
        var platform = context.Document.PropertyFields.Object("linux");
        var commands = platform.Text("commands");
        if (string.IsNullOrWhiteSpace(commands))
            throw new SessionFailedException($"Commands cannot be empty for session type {SessionDocument.InteractiveCommands} (properties.linux.commands).");
        return new TerminalSession(context, user => UserProgram.For(user, UserAccount.FallbackShell, ["-c", commands]), platform.Flag("runAsElevated"), "");
    }

    public async ValueTask OnInputAsync(PayloadType type, ReadOnlyMemory<byte> payload, CancellationToken cancellationToken)
    {
        if (type is not (PayloadType.Output or PayloadType.Size))
            return;
        var terminal = await _ready.Task.WaitAsync(cancellationToken);
        try
        {
            if (type == PayloadType.Size)
                Resize(terminal, payload.Span);
            else
                await terminal.File.WriteAsync(payload, cancellationToken);
        }
        catch (Exception error) when (error is IOException or ObjectDisposedException)
        {
            // The shell has just ended; its end is reported by the reading side.
            _context.Services.Log.Info($"session {_context.SessionId}: input after the end of the shell is dropped");
        }
    }

    public async Task<SessionOutcome> RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            var user = await ChooseUserAsync(cancellationToken);
            using var terminal = Terminal.Open(_context.Services.Poller);
            if (UserAccount.Current.IsRoot && !user.IsRoot)
                terminal.GiveTo(user.UserId);
            var process = ChildProcess.StartOnTerminal(_program(user), terminal.Path, _context.Services.Poller);
            try
            {
                if (_profile.Length > 0)
                    await terminal.File.WriteAsync(Encoding.UTF8.GetBytes(_profile + "\n"), cancellationToken);
                _ready.TrySetResult(terminal);
                await new TerminalOutput(terminal, process, _context.Stream).CopyAsync(cancellationToken);
                return SessionOutcome.Success;
            }
            finally
            {
                if (!await process.EndAsync(terminal.Dispose, EndGrace, _context.Services.Time))
                    _context.Services.Log.Warning($"session {_context.SessionId}: process {process.Id} takes no signal of the agent's user and runs on without its terminal");
            }
        }
        catch (IOException error)
        {
            throw new SessionFailedException($"Unable to start command: {error.Message}");
        }
        finally
        {
            _ready.TrySetCanceled(CancellationToken.None);
        }
    }

    private Task<UserAccount> ChooseUserAsync(CancellationToken cancellationToken)
        => _elevated && UserAccount.Current is { IsRoot: true } root
            ? Task.FromResult(root)
            : _context.Services.Users.ChooseAsync(_context.Document.InputFields, _context.RunAsUser, cancellationToken);

    private static void Resize(Terminal terminal, ReadOnlySpan<byte> payload)
    {
        SizeContent? size;
        try
        {
            size = JsonSerializer.Deserialize(payload, MessagesJsonContext.Default.SizeContent);
        }
        catch (JsonException)
        {
            return; // a size that cannot be read changes nothing
        }
        if (size is { Columns: > 0 and <= ushort.MaxValue, Rows: > 0 and <= ushort.MaxValue })
            terminal.Resize((ushort)size.Columns, (ushort)size.Rows);
    }
}
