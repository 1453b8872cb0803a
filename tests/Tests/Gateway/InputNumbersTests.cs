using Postern.Protocol.Messages;
using Postern.Server.Gateway;

namespace Postern.Tests.Gateway;

/// <summary>AWS's plugin does not lock the counter of its messages: two threads of it use one number, and the next is never used.</summary>
public sealed class InputNumbersTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)] // the first message was acknowledged before the second came
    public async Task A_window_size_with_the_number_of_a_key_gets_the_number_that_was_left_out(bool acknowledged)
    {
        await using var world = await RelayWorld.CreateAsync();
        using var agent = world.AttachAgent();
        using var client = world.AttachClient();
        await client.SendAsync(0, "key");
        Assert.Equal(("in 0", "key"), Told(await agent.ReceiveAsync()));
        if (acknowledged)
        {
            await agent.AcknowledgeAsync(0);
            Assert.Equal("ack 0", await client.NextAsync());
        }

        await client.SendAsync(0, """{"cols":1,"rows":2}""", PayloadType.Size);
        Assert.Equal(("in 1", """{"cols":1,"rows":2}"""), Told(await agent.ReceiveAsync()));
        await client.SendAsync(2, "next");
        Assert.Equal(("in 2", "next"), Told(await agent.ReceiveAsync()));
        await agent.AcknowledgeAsync(1);
        Assert.Equal("ack 1", await client.NextAsync()); // under which the plugin has the size in its list
    }

    [Fact]
    public async Task A_message_with_a_new_number_keeps_it_when_it_is_sent_again()
    {
        await using var world = await RelayWorld.CreateAsync();
        using var agent = world.AttachAgent();
        using var client = world.AttachClient();
        await client.SendAsync(0, "key");
        await client.SendAsync(0, "{}", PayloadType.Size);
        Assert.Equal(["in 0", "in 1"], [await agent.NextAsync(), await agent.NextAsync()]);

        await client.ResendAsync(0);
        Assert.Equal(("in 1", "{}"), Told(await agent.ReceiveAsync()));
        client.Dispose();
        using var again = world.AttachClient();
        await again.SendRawAsync(client.Sent(0));
        Assert.Equal(("in 1", "{}"), Told(await agent.ReceiveAsync()));
        await agent.AcknowledgeAsync(1);
        Assert.Equal("ack 1", await again.NextAsync());
        await again.SendRawAsync(client.Sent(0));
        Assert.Equal("ack 1", await again.NextAsync()); // which the agent need not hear of
    }

    [Fact]
    public async Task A_message_that_was_late_gets_the_number_after_those_sent_meanwhile_and_pushes_on_who_took_it()
    {
        await using var world = await RelayWorld.CreateAsync();
        using var agent = world.AttachAgent();
        using var client = world.AttachClient();
        foreach (var (number, text) in new[] { (0, "a"), (1, "b"), (0, "late"), (2, "c"), (4, "d") })
            await client.SendAsync(number, text);
        foreach (var expected in new[] { ("in 0", "a"), ("in 1", "b"), ("in 2", "late"), ("in 3", "c"), ("in 4", "d") })
            Assert.Equal(expected, Told(await agent.ReceiveAsync()));
    }

    [Fact]
    public async Task A_repetition_with_an_identity_of_its_own_is_a_repetition()
    {
        await using var world = await RelayWorld.CreateAsync();
        using var agent = world.AttachAgent();
        using var client = world.AttachClient();
        await client.SendAsync(0, "key");
        Assert.Equal("in 0", await agent.NextAsync());
        await client.SendAsync(0, "key"); // as other clients repeat
        await client.SendAsync(1, "next");
        Assert.Equal(["in 0", "in 1"], [await agent.NextAsync(), await agent.NextAsync()]);
    }

    [Fact]
    public async Task A_client_that_begins_anew_is_not_renumbered()
    {
        await using var world = await RelayWorld.CreateAsync();
        using var agent = world.AttachAgent();
        using var first = world.AttachClient();
        await first.SendAsync(0, "of the first");
        await first.SendAsync(1, "of the first");
        Assert.Equal(["in 0", "in 1"], [await agent.NextAsync(), await agent.NextAsync()]);
        first.Dispose();
        using var second = world.AttachClient();
        await second.SendAsync(0, "of the second");
        Assert.Equal("in 0", await agent.NextAsync());
    }

    [Fact]
    public void Numbers_at_their_end_are_left_as_they_are()
    {
        var numbers = new InputNumbers();
        for (var time = 0; time < 2; time++)
        {
            var frame = FakeEnd.Frame(AgentMessageType.InputStreamData, long.MaxValue, PayloadType.Output, [(byte)time]);
            Assert.True(AgentMessageCodec.TryRead(frame, out var header, out _));
            Assert.Equal(long.MaxValue, numbers.NumberOf(header, frame));
        }
    }

    private static (string, string) Told(ReceivedFrame frame) => (frame.Short, frame.Text);
}
