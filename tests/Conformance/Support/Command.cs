using System.Diagnostics;

namespace Postern.Conformance.Support;

/// <summary>A program to start: its arguments, what is added to its environment, the folder it starts in.</summary>
internal sealed record Command(string Program, params string[] Arguments)
{
    /// <summary>Added to the environment; null takes a variable away.</summary>
    public IReadOnlyDictionary<string, string?> Environment { get; init; } = new Dictionary<string, string?>();

    public string? Folder { get; init; }

    public override string ToString() => string.Join(' ', [Path.GetFileName(Program), .. Arguments]);

    public Command With(IReadOnlyDictionary<string, string?> environment) =>
        this with { Environment = Environment.Concat(environment).GroupBy(entry => entry.Key).ToDictionary(entry => entry.Key, entry => entry.Last().Value) };

    /// <summary>The same program, started by another one (nice, unshare …).</summary>
    public Command Under(string program, params string[] arguments) => this with { Program = program, Arguments = [.. arguments, Program, .. Arguments] };

    public ProcessStartInfo ToStartInfo()
    {
        var start = new ProcessStartInfo(Program, Arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = Folder ?? "",
        };
        foreach (var (name, value) in Environment)
            start.Environment[name] = value;
        return start;
    }
}
