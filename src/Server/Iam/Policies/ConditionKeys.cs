namespace Postern.Server.Iam.Policies;

/// <summary>Condition keys that AWS does not have.</summary>
internal static class ConditionKeys
{
    /// <summary>The host a tunnel goes to, as it was named, in small letters and without a dot at its end.</summary>
    public const string RemoteHost = "postern:RemoteHost";

    /// <summary>The host a tunnel goes to when it was named by address; otherwise absent.</summary>
    public const string RemoteAddress = "postern:RemoteAddress";

    /// <summary>The port a tunnel goes to.</summary>
    public const string RemotePort = "postern:RemotePort";

    /// <summary>The session type of the document: Standard_Stream, Port, InteractiveCommands, NonInteractiveCommands.</summary>
    public const string SessionType = "postern:SessionType";

    public static IReadOnlyList<string> Own { get; } = [RemoteHost, RemoteAddress, RemotePort, SessionType];
}
