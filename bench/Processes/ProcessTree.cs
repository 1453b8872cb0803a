namespace Postern.Bench.Processes;

/// <summary>What a process and all below it use.</summary>
/// <param name="CpuSeconds">User and system time; of processes that ended, too, once their parent has taken note.</param>
/// <param name="Rss">Bytes in memory; what processes share counts once for each.</param>
/// <param name="Pss">Bytes in memory; what processes share is divided among them. 0 where the kernel does not tell.</param>
internal readonly record struct Usage(double CpuSeconds, long Rss, long Pss);

/// <summary>Reads /proc.</summary>
internal static class ProcessTree
{
    // Numbers of the fields after the name, as proc(5) counts them.
    private const int ParentField = 4, UserField = 14, SystemField = 15, ChildrenUserField = 16, ChildrenSystemField = 17, FirstField = 3;

    private readonly record struct Entry(int Id, int Parent, double Ticks);

    public static double CpuOf(int root) => Below(root).Sum(entry => entry.Ticks) / Native.TicksPerSecond;

    public static Usage Of(int root)
    {
        double ticks = 0;
        long rss = 0, pss = 0;
        foreach (var entry in Below(root))
        {
            ticks += entry.Ticks;
            rss += Kilobytes($"/proc/{entry.Id}/status", "VmRSS:");
            pss += Kilobytes($"/proc/{entry.Id}/smaps_rollup", "Pss:");
        }
        return new(ticks / Native.TicksPerSecond, rss * 1024, pss * 1024);
    }

    /// <summary>False also for one that has ended and whose parent has not taken note.</summary>
    public static bool IsRunning(int process) => TextOf($"/proc/{process}/stat") is { } text && text[(text.LastIndexOf(')') + 2)..] is var state && state[0] is not ('Z' or 'X');

    /// <summary>The parent of the process with this command line (each word followed by a zero); null: there is none.</summary>
    public static int? ParentOf(string commandLine) => Directory.EnumerateDirectories("/proc")
        .Select(folder => int.TryParse(Path.GetFileName(folder), out var id) && TextOf($"/proc/{id}/cmdline") == commandLine ? Read(id) : null)
        .FirstOrDefault(entry => entry is not null)?.Parent;

    private static List<Entry> Below(int root)
    {
        var all = Directory.EnumerateDirectories("/proc")
            .Select(folder => int.TryParse(Path.GetFileName(folder), out var id) ? Read(id) : null)
            .OfType<Entry>()
            .ToLookup(entry => entry.Parent);
        var tree = new List<Entry>();
        if (Read(root) is { } first)
            tree.Add(first);
        for (var i = 0; i < tree.Count; i++)
            tree.AddRange(all[tree[i].Id]);
        return tree;
    }

    private static Entry? Read(int id)
    {
        if (TextOf($"/proc/{id}/stat") is not { } text)
            return null;
        // The name stands in parentheses and may contain anything.
        var fields = text[(text.LastIndexOf(')') + 2)..].Split(' ');
        return new(id, (int)Field(ParentField), Field(UserField) + Field(SystemField) + Field(ChildrenUserField) + Field(ChildrenSystemField));

        long Field(int number) => long.Parse(fields[number - FirstField]);
    }

    private static long Kilobytes(string file, string name)
    {
        var line = TextOf(file)?.Split('\n').FirstOrDefault(line => line.StartsWith(name, StringComparison.Ordinal));
        return line is null ? 0 : long.Parse(line[name.Length..].Replace("kB", "").Trim());
    }

    private static string? TextOf(string file)
    {
        try
        {
            return File.ReadAllText(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null; // the process has ended
        }
    }
}
