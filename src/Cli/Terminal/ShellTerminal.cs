using System.Runtime.InteropServices;
using System.Threading.Channels;
using Postern.Client;

namespace Postern.Cli.Terminal;

/// <summary>How a shell at this terminal came to its end.</summary>
internal enum ShellEnd
{
    SessionOver,
    EndOfInput,
    Stopped,
    Escaped,
}

/// <summary>Joins a shell or command session to the terminal (or pipes) of this process until one of them ends.</summary>
internal sealed class ShellTerminal(ClientSession session, SessionFacts facts)
{
    private const int MostPending = 64;
    private static readonly byte[] Interrupt = [0x03], Quit = [0x1c], Suspend = [0x1a], EndOfTransmission = [0x04];

    // What signals ask for; when the session cannot take it, the oldest requests are worth the least.
    private readonly Channel<byte[]?> _requests = Channel.CreateBounded<byte[]?>(new BoundedChannelOptions(MostPending) { FullMode = BoundedChannelFullMode.DropOldest });

    /// <summary>Write the exit code line of the node to the output, as the stock plugin does.</summary>
    public bool ShowExitCode { get; init; }

    /// <summary>Enter ~ . ends the session.</summary>
    public bool Escape { get; init; }

    /// <summary>At the end of its input a shell is told so and waited for. A command without a terminal always is: it reads no input.</summary>
    public bool StayAfterInput { get; init; }

    /// <summary>Where standard error of the command goes.</summary>
    public StandardOutput Error { get; init; } = StandardOutput.Error;

    /// <summary>The shell as a session; there once <see cref="RunAsync"/> was called.</summary>
    public ShellSession Shell => field ??= new ShellSession(session, StandardOutput.Out, Error) { ShowExitCode = ShowExitCode };

    /// <param name="stopping">Ends it from outside (SIGTERM, SIGHUP).</param>
    public async Task<ShellEnd> RunAsync(CancellationToken stopping)
    {
        var hasTerminal = facts.Kind is SessionKind.Shell or SessionKind.InteractiveCommands;
        using var raw = hasTerminal ? RawTerminal.Enter() : null;
        using var over = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        using var signals = new Signals()
            .On(() => Request(Interrupt), PosixSignal.SIGINT)
            .On(() => Request(Quit), PosixSignal.SIGQUIT)
            .On(() => Request(Suspend), PosixSignal.SIGTSTP);
        if (raw is not null)
            signals.On(raw.EnterAgain, PosixSignal.SIGCONT);
        if (hasTerminal)
        {
            signals.On(() => Request(null), PosixSignal.SIGWINCH);
            Request(null);
        }
        Stream input = new StandardInput();
        var escape = raw is not null && Escape ? new EscapeInput(input) : null;
        var requests = ServeRequestsAsync(over.Token);
        var end = await Shell.RunAsync(escape ?? input, over.Token);
        if (end == InputEnd.EndOfInput && escape is not { Escaped: true })
            await StayAsync(hasTerminal, over.Token);
        await over.CancelAsync();
        await requests;
        if (session.Ended.IsCompleted)
            return ShellEnd.SessionOver;
        if (stopping.IsCancellationRequested)
            return ShellEnd.Stopped;
        return escape is { Escaped: true } ? ShellEnd.Escaped : end == InputEnd.EndOfInput ? ShellEnd.EndOfInput : ShellEnd.SessionOver;
    }

    private async Task StayAsync(bool hasTerminal, CancellationToken cancellationToken)
    {
        if (hasTerminal && !StayAfterInput)
            return;
        try
        {
            if (hasTerminal)
                await Shell.TypeAsync(EndOfTransmission, cancellationToken);
            await session.Ended.WaitAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            // Told to stop, or over already.
        }
    }

    /// <summary>Keys to type, or null for the present size.</summary>
    private void Request(byte[]? keys) => _requests.Writer.TryWrite(keys);

    private async Task ServeRequestsAsync(CancellationToken cancellationToken)
    {
        var told = default(TerminalSize);
        try
        {
            await foreach (var keys in _requests.Reader.ReadAllAsync(cancellationToken))
            {
                if (keys is not null)
                {
                    await Shell.TypeAsync(keys, cancellationToken);
                    continue;
                }
                var size = TerminalSize.Current();
                if (size == told)
                    continue;
                told = size;
                await Shell.ResizeAsync(size.Columns, size.Rows, cancellationToken);
            }
        }
        catch (OperationCanceledException)
        {
            // The session or the input is over.
        }
    }
}
