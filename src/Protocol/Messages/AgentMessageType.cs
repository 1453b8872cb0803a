namespace Postern.Protocol.Messages;

/// <summary>The message types both ends of a channel know. <see cref="Unknown"/> stands for every other name.</summary>
public enum AgentMessageType
{
    Unknown,
    InputStreamData,
    OutputStreamData,
    Acknowledge,
    AgentSessionState,
    ChannelClosed,
    PausePublication,
    StartPublication,
    InteractiveShell,
    AgentJob,
    AgentJobAck,
    AgentJobReply,
    AgentJobReplyAck,
    AgentTaskAcknowledge,
    AgentTaskComplete,
    AgentTelemetry,
    AgentUpdateResult,
}

/// <summary>Names of message types as they stand in the header: ASCII, at most 32 bytes, padded with spaces.</summary>
public static class AgentMessageTypes
{
    private static readonly (AgentMessageType Type, byte[] Name)[] Names =
    [
        (AgentMessageType.InputStreamData, "input_stream_data"u8.ToArray()),
        (AgentMessageType.OutputStreamData, "output_stream_data"u8.ToArray()),
        (AgentMessageType.Acknowledge, "acknowledge"u8.ToArray()),
        (AgentMessageType.AgentSessionState, "agent_session_state"u8.ToArray()),
        (AgentMessageType.ChannelClosed, "channel_closed"u8.ToArray()),
        (AgentMessageType.PausePublication, "pause_publication"u8.ToArray()),
        (AgentMessageType.StartPublication, "start_publication"u8.ToArray()),
        (AgentMessageType.InteractiveShell, "interactive_shell"u8.ToArray()),
        (AgentMessageType.AgentJob, "agent_job"u8.ToArray()),
        (AgentMessageType.AgentJobAck, "agent_job_ack"u8.ToArray()),
        (AgentMessageType.AgentJobReply, "agent_job_reply"u8.ToArray()),
        (AgentMessageType.AgentJobReplyAck, "agent_job_reply_ack"u8.ToArray()),
        (AgentMessageType.AgentTaskAcknowledge, "agent_task_acknowledge"u8.ToArray()),
        (AgentMessageType.AgentTaskComplete, "agent_task_complete"u8.ToArray()),
        (AgentMessageType.AgentTelemetry, "agent_telemetry"u8.ToArray()),
        (AgentMessageType.AgentUpdateResult, "agent_update_result"u8.ToArray()),
    ];

    /// <summary>Finds the type for a header field; NULs and white space around the name do not count.</summary>
    public static AgentMessageType Parse(ReadOnlySpan<byte> field)
    {
        var name = field.Trim(" \0\t\r\n"u8);
        foreach (var entry in Names)
            if (name.SequenceEqual(entry.Name))
                return entry.Type;
        return AgentMessageType.Unknown;
    }

    /// <summary>The name of a known type as ASCII bytes.</summary>
    public static ReadOnlySpan<byte> NameOf(AgentMessageType type)
    {
        foreach (var entry in Names)
            if (entry.Type == type)
                return entry.Name;
        throw new ArgumentOutOfRangeException(nameof(type), type, "An unknown message type has no name.");
    }
}
