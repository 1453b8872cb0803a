using System.Text.Json;
using Postern.Protocol.Messages;
using Postern.Server.Documents;

namespace Postern.Server.Sessions;

/// <summary>What a node is sent about sessions on its control channel.</summary>
internal static class SessionTasks
{
    private const string StartTopic = "aws.ssm.session.start";

    /// <summary>
    /// interactive_shell, for every kind of session. Content is JSON inside a JSON string. Agents never acknowledge it, and drop it
    /// without a word when they cannot decode it.
    /// </summary>
    /// <param name="row">The session.</param>
    /// <param name="resolved">Its document.</param>
    /// <param name="runAsUser">The user of the node that it runs as, in place of the document's default user; null when the person has none.</param>
    /// <param name="time">Of the message.</param>
    public static byte[] Start(SessionRow row, ResolvedSession resolved, string? runAsUser, TimeProvider time)
    {
        var task = new SessionTask
        {
            DocumentName = row.DocumentName,
            DocumentContent = resolved.DocumentContent,
            SessionId = row.Id,
            Parameters = resolved.Parameters,
            RunAsUser = runAsUser ?? "",
            SessionOwner = row.OwnerArn,
        };
        var content = JsonSerializer.Serialize(task, MessagesJsonContext.Default.SessionTask);
        return MessageFactory.Json(AgentMessageType.InteractiveShell,
            new InteractiveShellContent(content, Guid.NewGuid().ToString(), StartTopic), MessagesJsonContext.Default.InteractiveShellContent, time);
    }

    /// <summary>channel_closed: ends a session on the node, also one whose data channel is not there.</summary>
    public static byte[] Close(string sessionId, string nodeId, TimeProvider time) => MessageFactory.ChannelClosed(sessionId, nodeId, "", time);
}
