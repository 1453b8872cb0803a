using Postern.Server.Gateway;

namespace Postern.Tests.Gateway;

public sealed class FrameQueueTests
{
    [Fact]
    public void A_full_queue_takes_nothing_but_the_last_message()
    {
        var queue = new FrameQueue(limit: 1000);
        var frame = new byte[400];
        Assert.True(queue.TryAdd(FrameKind.Stream, 0, frame));
        Assert.True(queue.TryAdd(FrameKind.Acknowledge, 0, frame));
        Assert.False(queue.TryAdd(FrameKind.Stream, 1, frame));
        Assert.False(queue.TryAdd(FrameKind.Acknowledge, 1, frame));
        Assert.True(queue.TryAdd(FrameKind.ChannelClosed, 0, frame));
        queue.Remove(FrameKind.Stream);
        queue.Remove(FrameKind.Acknowledge);
        Assert.True(queue.TryAdd(FrameKind.Stream, 1, frame));
    }

    [Fact]
    public void One_message_of_any_size_always_fits()
        => Assert.True(new FrameQueue(limit: 10).TryAdd(FrameKind.Stream, 0, new byte[1000]));

    [Fact]
    public void A_message_that_waits_already_is_known_by_its_number()
    {
        var queue = new FrameQueue(limit: 10_000);
        queue.TryAdd(FrameKind.Stream, 5, new byte[10]);
        queue.TryAdd(FrameKind.HandshakeComplete, 7, new byte[10]);
        queue.TryAdd(FrameKind.Acknowledge, 6, new byte[10]);
        Assert.True(queue.IsRepetition(FrameKind.Stream, 5));
        Assert.True(queue.IsRepetition(FrameKind.HandshakeComplete, 7));
        Assert.False(queue.IsRepetition(FrameKind.Stream, 6));
        Assert.False(queue.IsRepetition(FrameKind.Acknowledge, 6));
        queue.Remove(FrameKind.Stream);
        Assert.False(queue.IsRepetition(FrameKind.Stream, 5));
    }

    [Fact]
    public void Stream_messages_keep_their_order_and_contents()
    {
        var queue = new FrameQueue(limit: 10_000);
        for (byte i = 0; i < 20; i++)
            queue.TryAdd(FrameKind.Stream, i, new byte[] { i, i, i });
        for (byte i = 0; i < 20; i++)
        {
            Assert.True(queue.TryPeek(FrameKind.Stream, out var held));
            Assert.Equal(new byte[] { i, i, i }, held.Frame.ToArray());
            queue.Remove(FrameKind.Stream);
        }
        Assert.True(queue.IsEmpty);
    }
}
