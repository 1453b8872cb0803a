namespace Postern.Conformance.Support;

/// <summary>What runs below a process, read from /proc.</summary>
internal static class ProcessTree
{
    /// <summary>"pid command line" of every descendant.</summary>
    public static IEnumerable<string> Below(int root)
    {
        var children = Directory.EnumerateDirectories("/proc")
            .Select(folder => int.TryParse(Path.GetFileName(folder), out var id) ? id : 0)
            .Where(id => id != 0)
            .ToLookup(ParentOf);
        var queue = new Queue<int>(children[root]);
        while (queue.TryDequeue(out var id))
        {
            foreach (var child in children[id])
                queue.Enqueue(child);
            if (Read(id, "cmdline") is { Length: > 0 } commandLine)
                yield return $"{id} {commandLine.Replace('\0', ' ').Trim()}";
        }
    }

    /// <summary>How many sockets a process holds open.</summary>
    public static int Sockets(int id) => new DirectoryInfo($"/proc/{id}/fd").EnumerateFileSystemInfos()
        .Count(descriptor => descriptor.LinkTarget?.StartsWith("socket:", StringComparison.Ordinal) == true);

    // The fourth field; the second is the name in brackets and may itself hold spaces and brackets.
    private static int ParentOf(int id) =>
        Read(id, "stat") is { Length: > 0 } stat ? int.Parse(stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[1]) : -1;

    private static string Read(int id, string file)
    {
        try
        {
            return File.ReadAllText($"/proc/{id}/{file}");
        }
        catch (IOException)
        {
            return ""; // It ended in the meantime.
        }
        catch (UnauthorizedAccessException)
        {
            return "";
        }
    }
}
