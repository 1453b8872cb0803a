using System.Collections.Concurrent;

namespace Postern.Conformance.Support;

/// <summary>Packages of the npm registry, pinned, kept between runs beside the built programs.</summary>
internal static class NpmPackages
{
    private static readonly ConcurrentDictionary<string, Lazy<Task<string?>>> Installed = [];
    private static readonly SemaphoreSlim Turn = new(1, 1);
    private static readonly TimeSpan InstallTime = TimeSpan.FromMinutes(3);

    /// <summary>The folder for NODE_PATH; null when npm cannot install them here.</summary>
    /// <param name="packages">NAME@VERSION.</param>
    public static Task<string?> InstallAsync(params string[] packages)
        => Installed.GetOrAdd(string.Join('+', packages).Replace('/', '_'), name => new Lazy<Task<string?>>(() => InstallAsync(name, packages))).Value;

    private static async Task<string?> InstallAsync(string name, string[] packages)
    {
        var folder = Path.Combine(Repository.Out, ".npm", name);
        var (modules, done) = (Path.Combine(folder, "node_modules"), Path.Combine(folder, "installed"));
        if (File.Exists(done))
            return modules;
        if (Repository.Find("npm") is not { } npm)
            return null;
        Directory.CreateDirectory(folder);
        await Turn.WaitAsync();
        try
        {
            var install = await Child.RunAsync(new(npm, ["install", "--prefix", folder, "--no-audit", "--no-fund", "--no-save", "--silent", .. packages]), within: InstallTime);
            if (install.ExitCode != 0)
                return null;
            await File.WriteAllTextAsync(done, "");
            return modules;
        }
        catch (TimeoutException)
        {
            return null; // a registry that does not answer is as good as none
        }
        finally
        {
            Turn.Release();
        }
    }
}
