using Postern.Protocol.Messages;
using Postern.Server.Sessions;

namespace Postern.Server.Gateway;

/// <summary>Event ids 1600 to 1699.</summary>
internal static partial class Log
{
    [LoggerMessage(1600, LogLevel.Information, "Node {NodeId}: control channel open (agent {AgentVersion})")]
    public static partial void ControlOpened(ILogger logger, string nodeId, string agentVersion);

    [LoggerMessage(1601, LogLevel.Information, "Node {NodeId}: control channel closed: {Reason}")]
    public static partial void ControlClosed(ILogger logger, string nodeId, string reason);

    [LoggerMessage(1602, LogLevel.Information, "Session {SessionId}: {Side} attached")]
    public static partial void Attached(ILogger logger, string sessionId, SessionSide side);

    [LoggerMessage(1603, LogLevel.Information, "Session {SessionId}: {Side} detached: {Reason}")]
    public static partial void Detached(ILogger logger, string sessionId, SessionSide side, string reason);

    [LoggerMessage(1604, LogLevel.Warning, "Session {SessionId}: {Side} sent too many messages that are not allowed on a data channel; its socket is closed")]
    public static partial void TooManyBadFrames(ILogger logger, string sessionId, SessionSide side);

    [LoggerMessage(1605, LogLevel.Warning, "A {Channel} was refused to {Address}: {Reason} ({Silent} others since the last such line)")]
    public static partial void Refused(ILogger logger, string address, string channel, string reason, int silent);

    [LoggerMessage(1606, LogLevel.Debug, "Node {NodeId}: message of type {Type} ignored")]
    public static partial void ControlIgnored(ILogger logger, string nodeId, AgentMessageType type);

    [LoggerMessage(1607, LogLevel.Information, "Session {SessionId}: {NodeId} reports {Status}")]
    public static partial void TaskCompleted(ILogger logger, string sessionId, string nodeId, string status);

    [LoggerMessage(1608, LogLevel.Error, "Session {SessionId}: its end could not be recorded; the node will report it again")]
    public static partial void TaskNotRecorded(ILogger logger, string sessionId, Exception exception);

    [LoggerMessage(1609, LogLevel.Information, "{Method} of a channel from {Address} refused: {Code} ({Silent} others since the last such line)")]
    public static partial void Answered(ILogger logger, string method, string address, string code, int silent);

    [LoggerMessage(1610, LogLevel.Error, "A channel failed inside the gateway")]
    public static partial void Failed(ILogger logger, Exception exception);

    [LoggerMessage(1611, LogLevel.Information, "Session {SessionId}: the client used number {Number} twice; the second message goes on as {Next}")]
    public static partial void Renumbered(ILogger logger, string sessionId, long number, long next);
}
