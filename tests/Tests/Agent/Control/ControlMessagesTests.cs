using System.Text;
using Postern.Agent.Control;
using Postern.Agent.Host;
using Postern.Agent.Pty;
using Postern.Agent.Sessions;
using Postern.Agent.Sessions.Shell;
using Postern.Protocol.Messages;

namespace Postern.Tests.Agent.Control;

/// <summary>A message that cannot be used must not end the agent, which would end every session of the node.</summary>
public sealed class ControlMessagesTests
{
    [Theory]
    [InlineData(AgentMessageType.ChannelClosed, """{"SessionId":null}""")]
    [InlineData(AgentMessageType.ChannelClosed, "null")]
    [InlineData(AgentMessageType.ChannelClosed, """{"SessionId":"\ud800"}""")]
    [InlineData(AgentMessageType.AgentTaskAcknowledge, """{"MessageId":null}""")]
    [InlineData(AgentMessageType.InteractiveShell, """{"Content":null,"TaskId":null}""")]
    [InlineData(AgentMessageType.InteractiveShell, """{"Content":"{\"SessionId\":null}"}""")]
    [InlineData(AgentMessageType.InteractiveShell, "[]")]
    public void What_cannot_be_used_is_dropped(AgentMessageType type, string payload)
    {
        using var poller = new Poller();
        var log = new AgentLog(TextWriter.Null, TimeProvider.System);
        var services = new SessionServices { NodeId = "mi-1", Poller = poller, Users = new SessionUsers(allowSudo: false, poller, log), Time = TimeProvider.System, Log = log };
        var replies = new TaskReplies("mi-1", log, TimeProvider.System);
        var sessions = new SessionTable(services, (_, _) => throw new InvalidOperationException("No session was asked for."), replies);

        new ControlMessages(sessions, replies, log).Handle(MessageFactory.Raw(type, Encoding.UTF8.GetBytes(payload), TimeProvider.System));

        Assert.Equal(0, sessions.Count);
    }
}
