using System.Text;
using Postern.Server.Gateway;
using Postern.Tests.Support;

namespace Postern.Tests.Gateway;

/// <summary>When messages may go to a client around HandshakeComplete.</summary>
public sealed class HandshakeGateTests
{
    private const string StockRequest = """{"AgentVersion":"3.3.1142.0","RequestedClientActions":[]}""";
    private const string OurRequest = """{"AgentVersion":"3.3.4000.0","RequestedClientActions":[],"Postern":{"Version":1,"MaxPayload":65536}}""";
    private const string StockResponse = """{"ClientVersion":"1.2.677.0","ProcessedClientActions":[],"Errors":null}""";
    private const string OurResponse = """{"ClientVersion":"1.2.4000.0","ProcessedClientActions":[],"Postern":{"Version":1,"MaxPayload":65536}}""";

    private static readonly RelayOptions Options = new();
    private readonly ManualTime _time = new();

    [Fact]
    public void HandshakeComplete_waits_for_the_ack_of_the_response_then_20_ms_with_a_stock_agent()
    {
        var gate = Open(multiplexed: true, StockRequest);
        gate.Responded(0, Bytes(StockResponse));
        Assert.Equal(Options.LongestHold, gate.WaitOf(FrameKind.HandshakeComplete));
        Assert.Equal(TimeSpan.Zero, gate.WaitOf(FrameKind.Acknowledge)); // which is what it waits for
        gate.Sent(FrameKind.Acknowledge, 0);
        Assert.Equal(Options.AgentSettles, gate.WaitOf(FrameKind.HandshakeComplete));
        _time.Advance(Options.AgentSettles);
        Assert.Equal(TimeSpan.Zero, gate.WaitOf(FrameKind.HandshakeComplete));
    }

    [Fact]
    public void HandshakeComplete_of_our_agent_waits_for_the_order_only()
    {
        var gate = Open(multiplexed: true, OurRequest);
        gate.Responded(0, Bytes(StockResponse));
        Assert.NotEqual(TimeSpan.Zero, gate.WaitOf(FrameKind.HandshakeComplete));
        gate.Sent(FrameKind.Acknowledge, 0);
        Assert.Equal(TimeSpan.Zero, gate.WaitOf(FrameKind.HandshakeComplete));
    }

    [Fact]
    public void With_encryption_the_last_handshake_message_of_the_client_counts()
    {
        var gate = Open(multiplexed: false, StockRequest);
        gate.Responded(0, Bytes(StockResponse));
        gate.Sent(FrameKind.Acknowledge, 0);
        gate.Challenged(1);
        _time.Advance(Options.AgentSettles);
        Assert.NotEqual(TimeSpan.Zero, gate.WaitOf(FrameKind.HandshakeComplete));
        gate.Sent(FrameKind.Acknowledge, 1);
        _time.Advance(Options.AgentSettles);
        Assert.Equal(TimeSpan.Zero, gate.WaitOf(FrameKind.HandshakeComplete));
    }

    [Fact]
    public void HandshakeComplete_is_never_held_for_good()
    {
        var gate = Open(multiplexed: true, StockRequest);
        gate.Responded(0, Bytes(StockResponse));
        Assert.NotEqual(TimeSpan.Zero, gate.WaitOf(FrameKind.HandshakeComplete));
        _time.Advance(Options.LongestHold);
        Assert.Equal(TimeSpan.Zero, gate.WaitOf(FrameKind.HandshakeComplete));
    }

    [Fact]
    public void After_it_a_stock_multiplexing_client_gets_nothing_until_it_speaks()
    {
        var gate = Complete(multiplexed: true, StockResponse);
        _time.Advance(TimeSpan.FromHours(1));
        Assert.Equal(Timeout.InfiniteTimeSpan, gate.WaitOf(FrameKind.Acknowledge));
        Assert.Equal(Timeout.InfiniteTimeSpan, gate.WaitOf(FrameKind.Stream));
        Assert.True(gate.ClientSpoke());
        Assert.False(gate.ClientSpoke());
        Assert.Equal(TimeSpan.Zero, gate.WaitOf(FrameKind.Acknowledge));
        Assert.Equal(TimeSpan.Zero, gate.WaitOf(FrameKind.Stream));
    }

    [Fact]
    public void After_it_another_stock_client_gets_nothing_for_30_ms()
    {
        var gate = Complete(multiplexed: false, StockResponse);
        Assert.Equal(Options.ClientSettles, gate.WaitOf(FrameKind.Stream));
        Assert.Equal(Options.ClientSettles, gate.WaitOf(FrameKind.Acknowledge));
        gate.ClientSpoke(); // a stock SSH client writes before it is ready to read
        Assert.Equal(Options.ClientSettles, gate.WaitOf(FrameKind.Stream));
        _time.Advance(Options.ClientSettles);
        Assert.Equal(TimeSpan.Zero, gate.WaitOf(FrameKind.Stream));
    }

    [Fact]
    public void Our_client_is_not_held()
    {
        var gate = Complete(multiplexed: true, OurResponse);
        Assert.Equal(TimeSpan.Zero, gate.WaitOf(FrameKind.Stream));
        Assert.Equal(TimeSpan.Zero, gate.WaitOf(FrameKind.ChannelClosed));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void The_last_message_comes_250_ms_after_it_at_the_earliest(bool multiplexed)
    {
        var gate = Complete(multiplexed, StockResponse);
        gate.Close();
        Assert.Equal(Options.CloseSettles, gate.WaitOf(FrameKind.ChannelClosed));
        _time.Advance(Options.CloseSettles);
        Assert.Equal(TimeSpan.Zero, gate.WaitOf(FrameKind.ChannelClosed));
        Assert.Equal(TimeSpan.Zero, gate.WaitOf(FrameKind.Stream)); // what is held goes before it
    }

    [Theory]
    [InlineData("1.1.61.0")]
    public void A_client_too_old_to_multiplex_need_not_speak_first(string version)
    {
        var gate = Complete(multiplexed: true, StockResponse.Replace("1.2.677.0", version));
        _time.Advance(Options.ClientSettles);
        Assert.Equal(TimeSpan.Zero, gate.WaitOf(FrameKind.Stream));
    }

    [Fact]
    public void A_client_with_a_new_socket_need_not_speak_first()
    {
        var gate = Complete(multiplexed: true, StockResponse);
        gate.ClientReplaced();
        Assert.Equal(Options.CloseSettles, gate.WaitOf(FrameKind.HandshakeComplete)); // repeated by the agent
        _time.Advance(Options.CloseSettles);
        Assert.Equal(TimeSpan.Zero, gate.WaitOf(FrameKind.HandshakeComplete));
    }

    [Fact]
    public void Sessions_without_a_handshake_are_not_held()
    {
        var gate = new HandshakeGate(Options, _time, multiplexed: false, fromStart: true);
        foreach (var kind in Enum.GetValues<FrameKind>())
            Assert.Equal(TimeSpan.Zero, gate.WaitOf(kind));
        Assert.False(gate.ClientSpoke());
    }

    [Fact]
    public void Handshakes_that_are_no_json_count_as_stock()
    {
        var gate = Open(multiplexed: true, "not json");
        gate.Responded(0, "[]"u8);
        gate.Sent(FrameKind.Acknowledge, 0);
        Assert.Equal(Options.AgentSettles, gate.WaitOf(FrameKind.HandshakeComplete));
    }

    private HandshakeGate Open(bool multiplexed, string request)
    {
        var gate = new HandshakeGate(Options, _time, multiplexed, fromStart: true);
        gate.Requested(Bytes(request));
        return gate;
    }

    private HandshakeGate Complete(bool multiplexed, string response)
    {
        var gate = Open(multiplexed, OurRequest);
        gate.Responded(0, Bytes(response));
        gate.Sent(FrameKind.Acknowledge, 0);
        gate.Sent(FrameKind.HandshakeComplete, 1);
        return gate;
    }

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);
}
