using System.Text.RegularExpressions;

namespace Postern.Server.Nodes;

/// <summary>Patterns of AWS's model for nodes, each with the text errors show.</summary>
internal static partial class NodePatterns
{
    public const string NodeIdModel = "^mi-[0-9a-f]{17}$";
    public const string ActivationIdModel = "^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$";
    public const string TextModel = @"^([\p{L}\p{Z}\p{N}_.:/=+\-@]*)$";
    public const string AgentVersionModel = @"^[0-9]{1,6}(\.[0-9]{1,6}){2,3}$";
    public const string IamRoleModel = @"^[\w+=,.@/-]*$";

    [GeneratedRegex(@"\Ami-[0-9a-f]{17}\z")]
    public static partial Regex NodeId { get; }

    [GeneratedRegex(@"\A[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\z")]
    public static partial Regex ActivationId { get; }

    /// <summary>Names of nodes, keys and values of tags.</summary>
    [GeneratedRegex(@"\A[\p{L}\p{Z}\p{N}_.:/=+\-@]*\z")]
    public static partial Regex Text { get; }

    [GeneratedRegex(@"\A[0-9]{1,6}(\.[0-9]{1,6}){2,3}\z")]
    public static partial Regex AgentVersion { get; }

    [GeneratedRegex(@"\A[a-zA-Z0-9_+=,.@/-]*\z")]
    public static partial Regex IamRole { get; }
}
