using Postern.Server.Documents.Content;
using Postern.Server.Sessions;

namespace Postern.Server.Recordings;

/// <summary>What of a session is recorded.</summary>
internal static class RecordingKinds
{
    /// <summary>Input, output and sizes of a terminal.</summary>
    public const string Shell = "shell";
    /// <summary>The same of a command.</summary>
    public const string Command = "command";
    /// <summary>The connections of a multiplexed port session.</summary>
    public const string Port = "port";
    /// <summary>One connection, whose bytes are nobody's but its ends'.</summary>
    public const string Ssh = "ssh";

    public static string Of(SessionRow row) => row.SessionType switch
    {
        SessionDocument.Port => row.IsMultiplexed ? Port : Ssh,
        SessionDocument.StandardStream => Shell,
        _ => Command,
    };
}
