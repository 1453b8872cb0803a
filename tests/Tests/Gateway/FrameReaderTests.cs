using System.Net.WebSockets;
using Postern.Server.Gateway;
using Postern.Tests.DataStream;

namespace Postern.Tests.Gateway;

public sealed class FrameReaderTests
{
    [Fact]
    public async Task A_reader_that_waits_without_memory_gets_every_message_whole()
    {
        using var pair = new SocketPair();
        using var reader = new FrameReader(pair.Server, limit: 100_000);
        foreach (var size in new[] { 1, 0, 125, 3000, 100_000 })
        {
            var sent = new byte[size];
            Random.Shared.NextBytes(sent);
            var sending = pair.Client.SendAsync(sent, WebSocketMessageType.Binary, true, default);
            using var deadline = new CancellationTokenSource(Deadline.Time);
            Assert.Equal(FrameResult.Frame, await reader.WaitAndReadAsync(deadline.Token));
            Assert.Equal(sent, reader.Frame.ToArray());
            await sending;
        }
    }
}
