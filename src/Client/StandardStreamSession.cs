using Postern.Protocol.Messages;

namespace Postern.Client;

/// <summary>One TCP connection at the node, joined to two streams here: what ssh's ProxyCommand needs. Bytes pass unchanged both ways.</summary>
public static class StandardStreamSession
{
    /// <summary>How long what was sent may take to be acknowledged once the input has ended.</summary>
    private static readonly TimeSpan DrainLimit = TimeSpan.FromSeconds(10);
    /// <summary>An answer to the last of the input is waited for until the other side has been silent for this long.</summary>
    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(1);

    /// <summary>
    /// Runs until the session ends or the input does; then everything sent is delivered and the session terminated,
    /// so that nothing stays behind at the node.
    /// </summary>
    public static async Task<SessionEnd> RunAsync(ClientSession session, Stream input, Stream output, CancellationToken cancellationToken)
    {
        var lastOutput = TimeProvider.System.GetTimestamp();
        session.Attach(async (type, payload, token) =>
        {
            if (type != PayloadType.Output)
                return;
            Volatile.Write(ref lastOutput, TimeProvider.System.GetTimestamp());
            await output.WriteAsync(payload, token);
            await output.FlushAsync(token);
        });
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var pump = InputPump.RunAsync(session, input, loneLineFeedIsReturn: false, over.Token);
        if (await Task.WhenAny(pump, session.Ended) == pump && await pump == InputEnd.EndOfInput)
            await DrainAsync(session, () => Volatile.Read(ref lastOutput), cancellationToken);
        await over.CancelAsync();
        await session.TerminateAsync(); // before the pump is waited for: it may wait for a network that takes nothing
        await pump;
        return await session.Ended;
    }

    private static async Task DrainAsync(ClientSession session, Func<long> lastOutput, CancellationToken cancellationToken)
    {
        var time = TimeProvider.System;
        try
        {
            await session.FlushAsync(DrainLimit, cancellationToken);
            var start = time.GetTimestamp();
            while (!session.Ended.IsCompleted && time.GetElapsedTime(Math.Max(start, lastOutput())) is var silent && silent < Quiet)
                await Task.WhenAny(session.Ended, Task.Delay(Quiet - silent, cancellationToken));
            cancellationToken.ThrowIfCancellationRequested();
        }
        catch (OperationCanceledException)
        {
            // Told to stop: what is under way is given up.
        }
    }
}
