using System.Text;
using Postern.Agent.Pty;

namespace Postern.Agent.Sessions.Shell;

/// <summary>Finds and runs programs of the system.</summary>
internal static class SystemProgram
{
    public const string SearchPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
    private const int OutputLimit = 1024;

    /// <summary>Null when no folder of the search path has it.</summary>
    public static string? Find(string name)
    {
        if (name.Contains('/', StringComparison.Ordinal))
            return File.Exists(name) ? name : null;
        foreach (var folder in SearchPath.Split(':'))
            if (Path.Combine(folder, name) is var path && File.Exists(path))
                return path;
        return null;
    }

    /// <summary>Runs a program to its end; returns its exit code and the beginning of what it printed.</summary>
    public static async Task<(int ExitCode, string Text)> RunAsync(string name, IReadOnlyList<string> arguments, Poller poller)
    {
        if (Find(name) is not { } path)
            return (127, $"{name} is not installed");
        using var output = new Pty.Pipe(poller);
        var options = new SpawnOptions { Program = path, Arguments = arguments, Environment = [$"PATH={SearchPath}", "LANG=C"] };
        await using var process = ChildProcess.StartOnPipes(options, output.Writer, output.Writer, poller);
        output.Writer.Dispose();
        var text = new byte[OutputLimit];
        var length = 0;
        var rest = new byte[OutputLimit];
        while (true)
        {
            var target = length < text.Length ? text.AsMemory(length) : rest;
            var count = await output.Reader.ReadAsync(target, CancellationToken.None);
            if (count == 0)
                break;
            if (length < text.Length)
                length += count;
        }
        return (await process.Exited, Encoding.UTF8.GetString(text, 0, length).Trim());
    }
}
