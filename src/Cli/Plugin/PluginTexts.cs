namespace Postern.Cli.Plugin;

/// <summary>What session-manager-plugin prints, to the letter: scripts look for these.</summary>
internal static class PluginTexts
{
    public const string WaitingForConnections = "\nWaiting for connections...\n";
    public const string DestinationFailed = "\nConnection to destination port failed, check SSM Agent logs.\n";
    public const string TerminateSignal = "Terminate signal received, exiting.\n";

    public static string Starting(string sessionId) => $"\nStarting session with SessionId: {sessionId}\n";
    public static string CannotStart(string error) => $"Cannot perform start session: {error}\n";
    public static string Exiting(string sessionId) => $"\n\nExiting session with sessionId: {sessionId}.\n\n";
    public static string ExitingWith(string sessionId, string output) => $"\n\nSessionId: {sessionId} : {output}\n\n";
    public static string TimedOut(string sessionId) => $"Session: {sessionId} timed out.\n";
    public static string PortOpened(int port, string sessionId) => $"Port {port} opened for sessionId {sessionId}.";
    public static string UnixSocketOpened(string path, string sessionId) => $"Unix socket {path} opened for sessionId {sessionId}.";
    public static string MuxAccepted(string sessionId) => $"\nConnection accepted for session [{sessionId}]\n";
    public static string BasicAccepted(string sessionId) => $"Connection accepted for session {sessionId}.\n";
}
