using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Postern.Agent.Host;
using Postern.Agent.Sessions;
using Postern.Protocol.Messages;

namespace Postern.Agent.Control;

/// <summary>What the gateway asks of the node. What cannot be read is dropped, with a line in the log.</summary>
internal sealed class ControlMessages(SessionTable sessions, TaskReplies replies, AgentLog log)
{
    public void Handle(ReadOnlyMemory<byte> frame)
    {
        if (!AgentMessageCodec.TryRead(frame.Span, out var header, out var error))
        {
            log.Warning($"a control message was dropped: {error}");
            return;
        }
        if (!AgentMessageCodec.HasValidDigest(frame.Span))
        {
            log.Warning($"a control message was dropped: wrong digest ({header.MessageType})");
            return;
        }
        var payload = AgentMessageCodec.PayloadOf(frame.Span);
        switch (header.MessageType)
        {
            case AgentMessageType.InteractiveShell when Read(payload, MessagesJsonContext.Default.InteractiveShellContent) is { } task:
                Start(task);
                break;
            case AgentMessageType.ChannelClosed when Read(payload, MessagesJsonContext.Default.ChannelClosedContent) is { SessionId: not null } closed:
                sessions.Close(closed.SessionId);
                break;
            case AgentMessageType.AgentTaskAcknowledge when Read(payload, MessagesJsonContext.Default.AgentTaskAcknowledgeContent) is { } acknowledged:
                replies.Acknowledge(acknowledged.MessageId);
                break;
            case AgentMessageType.AgentJob:
                log.Warning("the gateway sent a command (agent_job); this agent runs sessions only");
                break;
            default:
                log.Warning($"a control message of type {header.MessageType} was dropped");
                break;
        }
    }

    private void Start(InteractiveShellContent outer)
    {
        if (Read(Encoding.UTF8.GetBytes(outer.Content ?? ""), MessagesJsonContext.Default.SessionTask) is { SessionId.Length: > 0 } task)
            sessions.Start(task);
        else if (!string.IsNullOrEmpty(outer.TaskId))
            sessions.Refuse(outer.TaskId, "The session task cannot be read: Content must be a JSON object with SessionId and DocumentContent.");
    }

    private T? Read<T>(ReadOnlySpan<byte> json, JsonTypeInfo<T> type) where T : class
    {
        try
        {
            return JsonSerializer.Deserialize(json, type);
        }
        catch (JsonException error)
        {
            log.Warning($"a control message was dropped: {typeof(T).Name} cannot be read at {error.Path}");
            return null;
        }
    }
}
