namespace Postern.Conformance.Support;

/// <summary>Where things lie: this working copy, the built programs, programs on this machine.</summary>
internal static class Repository
{
    private const string SystemFolders = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    public static string Root { get; } = FindRoot();
    public static string Out => Path.Combine(Root, "out");

    /// <summary>A program that `./dev build` made.</summary>
    public static string Program(string name)
    {
        var path = Path.Combine(Out, name);
        return File.Exists(path) ? path : throw new FileNotFoundException($"{path} is missing: run ./dev build first");
    }

    /// <summary>A program of this solution that is built together with the tests and not published.</summary>
    public static string Built(string folder, string assembly) =>
        Path.Combine(Root, folder, "bin", new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name, new DirectoryInfo(AppContext.BaseDirectory).Name, assembly + ".dll");

    public static string Script(string name) => Path.Combine(Root, "tests", "Conformance", "Scripts", name);

    /// <summary>A program of this machine, or null.</summary>
    public static string? Find(string name) => FindAll(name).FirstOrDefault();

    public static IEnumerable<string> FindAll(string name) =>
        $"{Environment.GetEnvironmentVariable("PATH")}:{SystemFolders}".Split(':', StringSplitOptions.RemoveEmptyEntries)
            .Distinct()
            .Select(folder => Path.Combine(folder, name))
            .Where(File.Exists);

    public static string Require(string name)
    {
        var path = Find(name);
        Assert.SkipWhen(path is null, $"{name} is not installed on this machine");
        return path;
    }

    /// <summary>Makes an empty folder for one run; others may pass through it (a database server runs as another user).</summary>
    public static string MakeFolder(string purpose)
    {
        var folder = Directory.CreateTempSubdirectory($"postern-{purpose}-").FullName;
        File.SetUnixFileMode(folder, (UnixFileMode)Convert.ToInt32("755", 8));
        return folder;
    }

    /// <summary>Keeps what a program wrote, for whoever looks into a failure: in the folder that POSTERN_TEST_LOGS names.</summary>
    public static void KeepLog(string name, string text)
    {
        if (Environment.GetEnvironmentVariable("POSTERN_TEST_LOGS") is { Length: > 0 } folder)
            File.WriteAllText(Path.Combine(Directory.CreateDirectory(folder).FullName, name + ".log"), text);
    }

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Postern.slnx")))
            folder = folder.Parent;
        return folder?.FullName ?? throw new DirectoryNotFoundException($"No Postern.slnx above {AppContext.BaseDirectory}");
    }
}
