namespace Postern.Server.Iam.Policies;

/// <summary>Condition keys that AWS does not have.</summary>
internal static class ConditionKeys
{
    /// <summary>The host a tunnel goes to, as it was named, in small letters and without a dot at its end; an address in its usual form.</summary>
    public const string RemoteHost = "postern:RemoteHost";

    /// <summary>The host a tunnel goes to when it was named by address; otherwise absent.</summary>
    public const string RemoteAddress = "postern:RemoteAddress";

    /// <summary>The port a tunnel goes to.</summary>
    public const string RemotePort = "postern:RemotePort";

    /// <summary>The session type of the document: Standard_Stream, Port, InteractiveCommands, NonInteractiveCommands.</summary>
    public const string SessionType = "postern:SessionType";

    /// <summary>With a tag's name behind it: the tag of the node that a session is started on. Unlike ssm:resourceTag also where the resource is the document.</summary>
    public const string NodeTag = "postern:NodeTag/";

    /// <summary>All of them.</summary>
    public static IReadOnlyList<string> Own { get; } = [RemoteHost, RemoteAddress, RemotePort, SessionType, $"{NodeTag}KEY"];

    public static bool IsKnown(string key) => key.StartsWith(NodeTag, StringComparison.OrdinalIgnoreCase) || Own.Contains(key, StringComparer.OrdinalIgnoreCase);
}
