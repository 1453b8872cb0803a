namespace Postern.Bench.Servers;

/// <summary>Where things are.</summary>
internal static class Repository
{
    public static string Root { get; } = Environment.GetEnvironmentVariable("ROOT") is { Length: > 0 } root ? root : Directory.GetCurrentDirectory();

    /// <summary>AWS's own programs, when POSTERN_PEER_BIN names a folder that holds them.</summary>
    public static string? Peer(string name) =>
        Environment.GetEnvironmentVariable("POSTERN_PEER_BIN") is { Length: > 0 } folder && File.Exists(Path.Combine(folder, name)) ? Path.Combine(folder, name) : null;

    public static string Program(string name) => Path.Combine(Root, "out", name);

    public static string PrivateRoot => Path.Combine(Root, "lab", "private_root.sh");

    public static string? OnPath(string name) =>
        $"{Environment.GetEnvironmentVariable("PATH")}:/usr/sbin:/sbin".Split(':').Select(folder => Path.Combine(folder, name)).FirstOrDefault(File.Exists);
}
