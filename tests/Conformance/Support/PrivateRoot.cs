using System.Diagnostics;

namespace Postern.Conformance.Support;

/// <summary>Runs agents so that the users and files they make are gone when they end: lab/private_root.sh.</summary>
internal static class PrivateRoot
{
    private static readonly Lazy<bool> Probe = new(() =>
    {
        if (Environment.UserName != "root")
            return false;
        using var process = Process.Start(Around(new("true")).ToStartInfo())!;
        process.WaitForExit();
        return process.ExitCode == 0;
    });

    public static bool Allowed => Probe.Value;

    public static Command Around(Command command) => command.Under(Path.Combine(Repository.Root, "lab", "private_root.sh"));
}
