using Postern.Cli.Output;
using Postern.Client;
using Postern.Protocol.AwsJson;

namespace Postern.Cli.Commands;

/// <summary>Finds the node a person means.</summary>
internal static class TargetResolver
{
    private const int MostCandidates = 8;

    /// <summary>A node id as it is; else the one node of that name. Throws <see cref="CommandException"/> for none or several.</summary>
    public static async Task<string> ResolveAsync(SessionClient client, string target, CancellationToken cancellationToken)
    {
        if (IsNodeId(target))
            return target;
        var nodes = await NodeList.ReadAsync(client, cancellationToken);
        return Choose(nodes, target);
    }

    public static string Choose(IReadOnlyList<InstanceInformation> nodes, string target)
    {
        var matches = nodes.Where(n => Matches(n, target)).ToList();
        return matches.Count switch
        {
            1 => matches[0].InstanceId!,
            0 when nodes.Count == 0 => throw new CommandException($"There is no node '{target}': no node is registered. Register one: postern activate", ExitCodes.TargetUnavailable),
            0 => throw new CommandException($"There is no node '{target}'. Nodes: {Names(nodes)}", ExitCodes.TargetUnavailable),
            _ => throw new CommandException($"'{target}' is the name of {matches.Count} nodes; give the id of one: {Names(matches)}", ExitCodes.TargetUnavailable),
        };
    }

    public static bool IsNodeId(string target)
        => (target.StartsWith("mi-", StringComparison.Ordinal) && IsHex(target.AsSpan(3), 17))
        || (target.StartsWith("i-", StringComparison.Ordinal) && (IsHex(target.AsSpan(2), 17) || IsHex(target.AsSpan(2), 8)));

    private static bool IsHex(ReadOnlySpan<char> text, int length) => text.Length == length && !text.ContainsAnyExcept("0123456789abcdef");

    private static bool Matches(InstanceInformation node, string target)
        => Same(node.Name, target) || Same(node.ComputerName, target) || Same(node.ComputerName?.Split('.')[0], target);

    private static bool Same(string? name, string target) => string.Equals(name, target, StringComparison.OrdinalIgnoreCase);

    private static string Names(IReadOnlyList<InstanceInformation> nodes)
    {
        var names = nodes.Take(MostCandidates).Select(n => $"{n.InstanceId} ({n.Name ?? n.ComputerName ?? "no name"}, {n.PingStatus})");
        var more = nodes.Count > MostCandidates ? $" and {nodes.Count - MostCandidates} more (postern nodes)" : "";
        return string.Join(", ", names) + more;
    }
}
