using System.Reflection;

namespace Postern.Agent.Host;

/// <summary>The version of this program (not the one it reports on the AWS wire).</summary>
internal static class AgentVersion
{
    public static string Text { get; } = typeof(AgentVersion).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "0.0.0";
}
