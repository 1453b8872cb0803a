namespace Postern.Tests.Support;

/// <summary>A source file: where it is, and the folders between its project and itself.</summary>
internal sealed record SourceFile(string Path, string Project, IReadOnlyList<string> Folders, string Text);

/// <summary>The checked-out sources the tests were built from.</summary>
internal static class SourceTree
{
    private static readonly string Root = FindRoot();

    public static string Read(string path) => File.ReadAllText(System.IO.Path.Combine(Root, path));

    /// <summary>All C# files under a folder, without what the build makes.</summary>
    public static IEnumerable<SourceFile> Files(string folder)
        => Directory.EnumerateFiles(System.IO.Path.Combine(Root, folder), "*.cs", SearchOption.AllDirectories)
            .Select(path => System.IO.Path.GetRelativePath(Root, path).Replace('\\', '/'))
            .Where(path => !path.Contains("/bin/") && !path.Contains("/obj/"))
            .Select(path => (Path: path, Parts: path.Split('/'))) // src/PROJECT/FOLDER/…/FILE
            .Select(entry => new SourceFile(entry.Path, entry.Parts[1], entry.Parts[2..^1], Read(entry.Path)));

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(System.IO.Path.Combine(folder.FullName, "Postern.slnx")))
                return folder.FullName;
        throw new InvalidOperationException($"Postern.slnx was not found above {AppContext.BaseDirectory}.");
    }
}
