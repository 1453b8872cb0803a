using System.Globalization;
using System.Text;
using Postern.Agent.Pty;
using Postern.Agent.Sessions.Documents;
using Postern.Agent.Sessions.Shell;
using Postern.Protocol.DataStream;
using Postern.Protocol.Messages;

namespace Postern.Agent.Sessions.Command;

/// <summary>NonInteractiveCommands: a program without shell and terminal, its output live, two signals as input.</summary>
internal sealed class CommandSession : ISessionKind
{
    private const byte ControlC = 0x03, ControlBackslash = 0x1c;
    private static readonly TimeSpan EndGrace = TimeSpan.FromSeconds(2);

    private readonly SessionContext _context;
    private readonly List<string> _words;
    private readonly bool _elevated, _separate;
    private readonly OutputPrefix _outputPrefix, _errorPrefix;
    private ChildProcess? _process;

    public CommandSession(SessionContext context)
    {
        _context = context;
        var platform = context.Document.PropertyFields.Object("linux");
        _elevated = platform.Flag("runAsElevated");
        _separate = platform.Flag("separateOutputStream");
        _outputPrefix = new OutputPrefix("stdOutSeparatorPrefix", _separate ? platform.Text("stdOutSeparatorPrefix") : "");
        _errorPrefix = new OutputPrefix("stdErrSeparatorPrefix", _separate ? platform.Text("stdErrSeparatorPrefix") : "");
        try
        {
            _words = ShellWords.Split(platform.Text("commands"));
        }
        catch (FormatException error)
        {
            throw new SessionFailedException($"The command (properties.linux.commands) cannot be split into words: {error.Message}.");
        }
        if (_words.Count == 0)
            throw new SessionFailedException($"Commands cannot be empty for session type {SessionDocument.NonInteractiveCommands} (properties.linux.commands).");
    }

    public ValueTask OnInputAsync(PayloadType type, ReadOnlyMemory<byte> payload, CancellationToken cancellationToken)
    {
        if (type == PayloadType.Output && payload.Length == 1)
            _ = payload.Span[0] switch
            {
                ControlC => _process?.Signal(LinuxNative.SIGINT),
                ControlBackslash => _process?.Signal(LinuxNative.SIGQUIT),
                _ => null,
            };
        return ValueTask.CompletedTask;
    }

    public async Task<SessionOutcome> RunAsync(CancellationToken cancellationToken)
    {
        var offer = new PosternOffer { MaxPayload = DataStreamOptions.LargestPayload, ExitCode = true, NoDigest = true, CumulativeAcks = true };
        var response = await _context.Handshake.RequestAsync(_context.Document, offer, cancellationToken);
        var client = ClientFeatures.Of(response, offer);
        client.ApplyTo(_context.Stream);
        await _context.Handshake.CompleteAsync("", cancellationToken);
        try
        {
            var separate = _separate || client.Agreed is { ExitCode: true };
            var exitCode = await RunProgramAsync(separate, cancellationToken);
            if (separate)
                await _context.Stream.SendAsync(PayloadType.ExitCode, Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"EXIT_CODE: {exitCode}")), cancellationToken);
            return SessionOutcome.Success;
        }
        catch (Exception error) when (error is SessionFailedException or IOException)
        {
            var text = error is IOException ? $"Error occurred starting the command: {error.Message}" : error.Message;
            await _context.Stream.SendAsync(PayloadType.StdErr, Encoding.UTF8.GetBytes(text + "\n"), cancellationToken);
            throw new SessionFailedException(text);
        }
    }

    private async Task<int> RunProgramAsync(bool separate, CancellationToken cancellationToken)
    {
        var services = _context.Services;
        var user = _elevated && UserAccount.Current is { IsRoot: true } root
            ? root
            : await services.Users.ChooseAsync(_context.Document.InputFields, _context.RunAsUser, cancellationToken);
        var program = SystemProgram.Find(_words[0])
            ?? throw new SessionFailedException($"Error occurred starting the command: {_words[0]} is not in {SystemProgram.SearchPath} of {services.NodeId}");
        using var output = new Pty.Pipe(services.Poller);
        using var errors = separate ? new Pty.Pipe(services.Poller) : null;
        var process = _process = ChildProcess.StartOnPipes(
            UserProgram.For(user, program, _words[1..]), output.Writer, (errors ?? output).Writer, services.Poller);
        try
        {
            output.Writer.Dispose();
            errors?.Writer.Dispose();
            await CopyAsync(process, output, errors, cancellationToken);
            return await process.Exited;
        }
        finally
        {
            if (!await process.EndAsync(ClosePipes, EndGrace, services.Time))
                services.Log.Warning($"session {_context.SessionId}: process {process.Id} takes no signal of the agent's user and runs on without its pipes");
        }

        void ClosePipes()
        {
            output.Dispose();
            errors?.Dispose();
        }
    }

    private async Task CopyAsync(ChildProcess process, Pty.Pipe output, Pty.Pipe? errors, CancellationToken cancellationToken)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var copying = Task.WhenAll(
            new PipeOutput(output.Reader, PayloadType.Output, _outputPrefix, _context.Stream).CopyAsync(ended.Token, cancellationToken),
            errors is null ? Task.CompletedTask : new PipeOutput(errors.Reader, PayloadType.StdErr, _errorPrefix, _context.Stream).CopyAsync(ended.Token, cancellationToken));
        try
        {
            await process.Exited.WaitAsync(cancellationToken);
        }
        finally
        {
            // A program left in the background may hold the pipes open; it is not waited for.
            await ended.CancelAsync();
            await copying;
        }
    }
}
