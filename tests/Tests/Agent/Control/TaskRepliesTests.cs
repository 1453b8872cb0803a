using System.Text.Json;
using Postern.Agent.Control;
using Postern.Agent.Host;
using Postern.Agent.Sessions;
using Postern.Protocol.Messages;
using Postern.Tests.Support;

namespace Postern.Tests.Agent.Control;

public sealed class TaskRepliesTests
{
    private readonly ManualTime _time = new();
    private readonly List<(Guid Id, AgentTaskCompleteContent Content)> _sent = [];
    private readonly TaskReplies _replies;
    private bool _connected = true;

    public TaskRepliesTests()
    {
        _replies = new TaskReplies("mi-1", new AgentLog(TextWriter.Null, _time), _time);
        _replies.SendWith((frame, cancellationToken) =>
        {
            Assert.True(AgentMessageCodec.TryRead(frame.Span, out var header, out _));
            Assert.Equal(AgentMessageType.AgentTaskComplete, header.MessageType);
            if (_connected)
                _sent.Add((header.MessageId, JsonSerializer.Deserialize(AgentMessageCodec.PayloadOf(frame.Span), MessagesJsonContext.Default.AgentTaskCompleteContent)!));
            return ValueTask.FromResult(_connected);
        });
    }

    [Fact]
    public async Task An_end_is_told_three_times_with_one_id()
    {
        var told = _replies.CompleteAsync("s-1", SessionOutcome.Failure("why"), CancellationToken.None);
        while (!told.IsCompleted)
            _time.Advance(TimeSpan.FromSeconds(1));
        await told;
        Assert.Equal([1, 2, 3], _sent.Select(sent => sent.Content.RetryNumber));
        Assert.Single(_sent.Select(sent => sent.Id).Distinct());
        Assert.All(_sent, sent => Assert.Equal(("s-1", "Failed", "why", "mi-1"), (sent.Content.TaskId, sent.Content.FinalTaskStatus, sent.Content.Output, sent.Content.InstanceId)));
    }

    [Fact]
    public async Task An_acknowledged_end_is_not_told_again()
    {
        var told = _replies.CompleteAsync("s-1", SessionOutcome.Success, CancellationToken.None);
        _replies.Acknowledge("not an id");
        _replies.Acknowledge(Guid.NewGuid().ToString());
        Assert.False(told.IsCompleted);
        _replies.Acknowledge(_sent[0].Id.ToString());
        await told.WaitAsync(TimeSpan.FromSeconds(20));
        await _replies.ResendAsync(CancellationToken.None);
        Assert.Single(_sent);
    }

    [Fact]
    public async Task What_a_gateway_missed_is_told_when_it_is_back()
    {
        _connected = false;
        var told = _replies.CompleteAsync("s-1", SessionOutcome.Success, CancellationToken.None);
        while (!told.IsCompleted)
            _time.Advance(TimeSpan.FromSeconds(1));
        await told;
        Assert.Empty(_sent);
        _connected = true;
        await _replies.ResendAsync(CancellationToken.None);
        Assert.Equal("Success", Assert.Single(_sent).Content.FinalTaskStatus);
    }
}
