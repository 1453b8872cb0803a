namespace Postern.Conformance.Support;

/// <summary>AWS's own programs, when POSTERN_PEER_BIN names a folder that holds them.</summary>
internal static class PeerBinaries
{
    private static readonly string? Folder = Environment.GetEnvironmentVariable("POSTERN_PEER_BIN");

    public static string? Find(string name) => Folder is { Length: > 0 } && File.Exists(Path.Combine(Folder, name)) ? Path.Combine(Folder, name) : null;

    public static string Reason(string name) => string.IsNullOrEmpty(Folder)
        ? $"AWS's {name} is used when POSTERN_PEER_BIN names a folder with it"
        : $"POSTERN_PEER_BIN ({Folder}) holds no {name}";
}
