namespace Postern.Protocol.Messages;

/// <summary>
/// Versions our ends report to stock peers. Peers compare them component by component and switch features on by them:
/// exactly four numeric components, agent above 3.1.1511.0, client above 1.2.497.0.
/// </summary>
public static class ProtocolVersions
{
    public const string Agent = "3.3.4000.0";
    public const string Client = "1.2.4000.0";
    /// <summary>MessageSchemaVersion of channel opens.</summary>
    public const string MessageSchema = "1.0";
}
