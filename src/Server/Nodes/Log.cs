namespace Postern.Server.Nodes;

/// <summary>Log messages of Nodes.</summary>
internal static partial class Log
{
    [LoggerMessage(1300, LogLevel.Information, "Node {NodeId} registered with activation {ActivationId} from {Source}")]
    public static partial void Registered(this ILogger logger, string nodeId, string activationId, string source);

    [LoggerMessage(1301, LogLevel.Warning, "A registration from {Source} was refused: no such activation, or a wrong code")]
    public static partial void RegistrationRefused(this ILogger logger, string source);

    [LoggerMessage(1302, LogLevel.Warning, "Node {NodeId} asked for credentials with another fingerprint than it registered; it may be a copy of the machine")]
    public static partial void FingerprintDiffers(this ILogger logger, string nodeId);

    [LoggerMessage(1303, LogLevel.Information, "Node {NodeId} replaced its key")]
    public static partial void KeyReplaced(this ILogger logger, string nodeId);

    [LoggerMessage(1304, LogLevel.Information, "Node {NodeId} was deregistered by {Caller}")]
    public static partial void Deregistered(this ILogger logger, string nodeId, string caller);

    [LoggerMessage(1305, LogLevel.Error, "Nodes that came or went could not be told of; this is tried again")]
    public static partial void AnnouncingFailed(this ILogger logger, Exception exception);

    [LoggerMessage(1306, LogLevel.Information, "Node {NodeId} was deregistered at another gateway; its channel and its sessions here end")]
    public static partial void RemovedElsewhere(this ILogger logger, string nodeId);

    [LoggerMessage(1307, LogLevel.Error, "Nodes that other gateways deregistered could not be looked for; this is tried again")]
    public static partial void RemovedNotReleased(this ILogger logger, Exception exception);
}
