using Postern.Server.Gateway;

namespace Postern.Tests.Gateway;

public sealed class LostAckWatchTests
{
    [Fact]
    public void A_repeated_message_the_receiver_passed_over_had_been_received_before()
    {
        var watch = new LostAckWatch();
        watch.Sent(41);
        watch.Sent(42);
        watch.Sent(41); // repeated: its ack went with the earlier process
        watch.Sent(43);
        Assert.False(watch.Acknowledged(42, out _)); // was sent before the repetition: shows nothing
        Assert.True(watch.Acknowledged(43, out var received));
        Assert.Equal(41, received);
    }

    [Fact]
    public void A_repeated_message_that_is_acknowledged_after_all_is_no_suspect()
    {
        var watch = new LostAckWatch();
        watch.Sent(41);
        watch.Sent(41);
        watch.Sent(42);
        Assert.False(watch.Acknowledged(41, out _));
        Assert.False(watch.Acknowledged(42, out _));
    }

    [Fact]
    public void What_a_lost_socket_took_with_it_shows_nothing()
    {
        var watch = new LostAckWatch();
        watch.Sent(41);
        watch.Sent(41);
        watch.Sent(42);
        watch.Reset();
        Assert.False(watch.Acknowledged(42, out _));
    }
}
