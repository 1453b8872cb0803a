namespace Postern.Client;

/// <summary>
/// What a node can do, told by the version its agent reports. Versions are compared component by component; both must have the
/// same number of components, all numeric, or the feature counts as missing. That is how the stock client decides, and the
/// stock agent decides by our version the same way, so both ends come to the same answer.
/// </summary>
internal static class AgentVersions
{
    private const string LastWithoutMultiplexing = "3.0.196.0";
    private const string LastWithoutTerminateFlag = "2.3.722.0";
    private const string LastWithMuxKeepAlive = "3.1.1511.0";

    public static bool Multiplexes(string? agent) => IsAfter(agent, LastWithoutMultiplexing);

    public static bool TakesTerminateFlag(string? agent) => IsAfter(agent, LastWithoutTerminateFlag);

    /// <summary>Older agents end a multiplexer that is silent for 30 seconds.</summary>
    public static bool NeedsMuxKeepAlive(string? agent) => !IsAfter(agent, LastWithMuxKeepAlive);

    private static bool IsAfter(string? version, string limit)
    {
        if (version is null)
            return false;
        var left = version.Split('.');
        var right = limit.Split('.');
        if (left.Length != right.Length)
            return false;
        var order = 0;
        for (var i = 0; i < left.Length; i++)
        {
            if (!uint.TryParse(left[i], System.Globalization.NumberStyles.None, null, out var component))
                return false;
            if (order == 0)
                order = component.CompareTo(uint.Parse(right[i]));
        }
        return order > 0;
    }
}
