using Microsoft.Extensions.Hosting;
using Postern.Protocol.AwsJson;
using Postern.Server.Nodes;
using Postern.Tests.Support;
using static Postern.Tests.Nodes.NodeWorld;

namespace Postern.Tests.Nodes;

public sealed class MessagePollTests : IDisposable
{
    private const string Node = "mi-0123456789abcdef0", Other = "mi-0123456789abcdef1";
    private readonly ManualTime _time = new();
    private readonly Lifetime _lifetime = new();
    private readonly MessagePolls _polls;
    private readonly MessageDelivery _delivery;

    public MessagePollTests()
    {
        _polls = new MessagePolls(_lifetime, _time);
        _delivery = new MessageDelivery(_polls);
    }

    public void Dispose() => _lifetime.Dispose();

    [Fact]
    public async Task A_poll_is_held_for_15_seconds_and_then_answered_with_no_messages()
    {
        var poll = PollAsync(Node);
        _time.Advance(TimeSpan.FromSeconds(14));
        Assert.False(poll.IsCompleted);
        _time.Advance(TimeSpan.FromSeconds(1));

        var answer = await poll;

        Assert.Equal((Node, "request-1"), (answer.Destination, answer.MessagesRequestId));
        Assert.Empty(answer.Messages!);
        Assert.Equal(0, _polls.Waiting);
    }

    [Fact]
    public async Task A_newer_poll_of_the_same_node_ends_the_older_only()
    {
        var (first, other) = (PollAsync(Node), PollAsync(Other));
        var second = PollAsync(Node);

        await first;
        Assert.False(second.IsCompleted);
        Assert.False(other.IsCompleted);
        Assert.Equal(2, _polls.Waiting);
        _time.Advance(MessagePolls.Hold);
        await Task.WhenAll(second, other);
        Assert.Equal(0, _polls.Waiting);
    }

    [Fact]
    public async Task Draining_ends_all_polls()
    {
        var polls = new[] { PollAsync(Node), PollAsync(Other) };

        _lifetime.Stop();

        await Task.WhenAll(polls);
        Assert.Equal(0, _polls.Waiting);
    }

    [Fact]
    public async Task A_caller_that_goes_away_leaves_nothing_behind()
    {
        using var gone = new CancellationTokenSource();
        var poll = _delivery.GetMessagesAsync(new GetMessagesRequest { Destination = Node, MessagesRequestId = "request-1" }, As(Node), gone.Token);

        await gone.CancelAsync();

        await poll;
        Assert.Equal(0, _polls.Waiting);
    }

    [Fact]
    public async Task Another_nodes_messages_are_denied_and_unknown_ones_named()
    {
        await RefusedAsync("AccessDeniedException", () => _delivery.GetMessagesAsync(new GetMessagesRequest { Destination = Other, MessagesRequestId = "r" }, As(Node), default));
        await RefusedAsync("AccessDeniedException", () => _delivery.GetEndpointAsync(new GetEndpointRequest { Destination = Other }, As(Node), default));
        await RefusedAsync("ValidationException", () => _delivery.GetMessagesAsync(new GetMessagesRequest { Destination = Node }, As(Node), default));
        await RefusedAsync("InvalidMessageIdException", () => _delivery.AcknowledgeAsync(new AcknowledgeMessageRequest { MessageId = "aws.ssm.x.y" }, As(Node), default));
        Assert.Equal("localhost:8443", (await _delivery.GetEndpointAsync(new GetEndpointRequest { Destination = Node }, As(Node), default)).Endpoint);
    }

    private Task<GetMessagesResponse> PollAsync(string node) => _delivery.GetMessagesAsync(new GetMessagesRequest { Destination = node, MessagesRequestId = "request-1" }, As(node), default);

    private sealed class Lifetime : IHostApplicationLifetime, IDisposable
    {
        private readonly CancellationTokenSource _stopping = new();

        public CancellationToken ApplicationStarted => default;
        public CancellationToken ApplicationStopping => _stopping.Token;
        public CancellationToken ApplicationStopped => default;

        public void StopApplication() => Stop();
        public void Stop() => _stopping.Cancel();
        public void Dispose() => _stopping.Dispose();
    }
}
