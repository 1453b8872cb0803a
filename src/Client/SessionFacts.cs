using System.Text.Json;

namespace Postern.Client;

/// <summary>What runs inside a session.</summary>
public enum SessionKind
{
    /// <summary>A login at a pseudo terminal.</summary>
    Shell,
    /// <summary>One command at a pseudo terminal.</summary>
    InteractiveCommands,
    /// <summary>One command without a terminal.</summary>
    NonInteractiveCommands,
    /// <summary>TCP connections made here come out at the node.</summary>
    PortForwarding,
    /// <summary>One TCP connection at the node, joined to standard input and output here (SSH).</summary>
    StandardStreams,
}

/// <summary>What this end knows of a session once it may be used.</summary>
public sealed record SessionFacts
{
    public required SessionKind Kind { get; init; }
    /// <summary>As the node reported it in the handshake; null when there was none.</summary>
    public string? AgentVersion { get; init; }
    /// <summary>Of port sessions, else null.</summary>
    public PortProperties? Port { get; init; }
    /// <summary>Many connections share the session.</summary>
    public bool Multiplexed { get; init; }
    /// <summary>The multiplexer has windows per stream, half-close and reasons: both ends are Postern's.</summary>
    public bool ExtendedMux { get; init; }
    /// <summary>The node ends the session by itself when it gets the TerminateSession flag.</summary>
    public bool TerminateFlag { get; init; }
    /// <summary>The node says with which code the command ended, before the session ends.</summary>
    public bool ExitCode { get; init; }
    /// <summary>Why the node cannot reach the destination, when it knows already; else null.</summary>
    public string? DestinationError { get; init; }
}

/// <summary>Properties of a port session, as the document gave them. All are strings on the wire.</summary>
public sealed record PortProperties
{
    public const string LocalPortForwarding = "LocalPortForwarding";

    public string Host { get; init; } = "";
    public string PortNumber { get; init; } = "";
    /// <summary>Port to listen on here; empty or "0" for any.</summary>
    public string LocalPortNumber { get; init; } = "";
    public string LocalUnixSocket { get; init; } = "";
    /// <summary>"unix", else TCP.</summary>
    public string LocalConnectionType { get; init; } = "";
    /// <summary><see cref="LocalPortForwarding"/>, else standard streams.</summary>
    public string Type { get; init; } = "";

    internal static PortProperties From(JsonElement? properties)
    {
        if (properties is not { ValueKind: JsonValueKind.Object } value)
            return new PortProperties();
        return new PortProperties
        {
            Host = Text(value, "host"),
            PortNumber = Text(value, "portNumber"),
            LocalPortNumber = Text(value, "localPortNumber"),
            LocalUnixSocket = Text(value, "localUnixSocket"),
            LocalConnectionType = Text(value, "localConnectionType"),
            Type = Text(value, "type"),
        };
    }

    private static string Text(JsonElement value, string name)
    {
        foreach (var member in value.EnumerateObject())
            if (member.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
                return member.Value.ValueKind == JsonValueKind.String ? member.Value.GetString()! : member.Value.ToString();
        return "";
    }
}
