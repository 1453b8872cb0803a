using System.Text.Json;
using Postern.Protocol.Messages;

namespace Postern.Client;

/// <summary>
/// A shell or a command: keystrokes go up, output comes down. The caller owns the terminal (raw mode, size, signals).
/// </summary>
/// <param name="session">Ready, of a kind other than ports.</param>
/// <param name="output">Takes standard output.</param>
/// <param name="error">Takes standard error of commands that keep it apart; may be the same as <paramref name="output"/>.</param>
public sealed class ShellSession(ClientSession session, Stream output, Stream error)
{
    /// <summary>Also writes the node's exit code line to the output, as the stock client does.</summary>
    public bool ShowExitCode { get; init; }

    /// <summary>Time stamp (<see cref="TimeProvider.GetTimestamp"/>) of the last output.</summary>
    public long LastOutput { get; private set; }

    /// <summary>Sends input until it or the session ends. Call once.</summary>
    public async Task<InputEnd> RunAsync(Stream input, CancellationToken cancellationToken)
    {
        LastOutput = TimeProvider.System.GetTimestamp();
        session.Attach(WriteAsync);
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var pump = InputPump.RunAsync(session, input, loneLineFeedIsReturn: true, over.Token);
        if (await Task.WhenAny(pump, session.Ended) == pump)
            return await pump;
        await over.CancelAsync();
        await pump;
        return InputEnd.SessionOver;
    }

    /// <summary>Sends bytes as if they had been typed.</summary>
    public ValueTask TypeAsync(ReadOnlyMemory<byte> keys, CancellationToken cancellationToken) => session.SendAsync(PayloadType.Output, keys, cancellationToken);

    /// <summary>Tells the node the size of the terminal.</summary>
    public ValueTask ResizeAsync(uint columns, uint rows, CancellationToken cancellationToken)
    {
        var json = JsonSerializer.SerializeToUtf8Bytes(new SizeContent(columns, rows), MessagesJsonContext.Default.SizeContent);
        return session.SendAsync(PayloadType.Size, json, cancellationToken);
    }

    private async ValueTask WriteAsync(PayloadType type, ReadOnlyMemory<byte> payload, CancellationToken cancellationToken)
    {
        var target = type switch
        {
            PayloadType.Output => output,
            PayloadType.StdErr => error,
            PayloadType.ExitCode when ShowExitCode => output,
            _ => null,
        };
        if (target is null)
            return;
        LastOutput = TimeProvider.System.GetTimestamp();
        await target.WriteAsync(payload, cancellationToken);
        await target.FlushAsync(cancellationToken);
    }
}
