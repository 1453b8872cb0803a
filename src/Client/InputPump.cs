using System.Buffers;
using Postern.Protocol.Messages;

namespace Postern.Client;

/// <summary>Why reading the person's input stopped.</summary>
public enum InputEnd
{
    EndOfInput,
    SessionOver,
}

/// <summary>Sends a stream's bytes as they come.</summary>
internal static class InputPump
{
    private const int BufferSize = 64 * 1024;

    /// <param name="loneLineFeedIsReturn">A terminal sends CR for Enter; input that is not one sends LF.</param>
    public static async Task<InputEnd> RunAsync(ClientSession session, Stream input, bool loneLineFeedIsReturn, CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        try
        {
            while (true)
            {
                var count = await input.ReadAsync(buffer, cancellationToken);
                if (count == 0)
                    return InputEnd.EndOfInput;
                if (loneLineFeedIsReturn && count == 1 && buffer[0] == '\n')
                    buffer[0] = (byte)'\r';
                await session.SendAsync(PayloadType.Output, buffer.AsMemory(0, count), cancellationToken);
            }
        }
        catch (OperationCanceledException) when (session.Ended.IsCompleted || cancellationToken.IsCancellationRequested)
        {
            return InputEnd.SessionOver;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
