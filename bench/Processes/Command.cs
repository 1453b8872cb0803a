using System.Diagnostics;

namespace Postern.Bench.Processes;

/// <summary>A program to start, its arguments, and what is added to its environment.</summary>
internal sealed record Command(string Program, params string[] Arguments)
{
    /// <summary>Added to the environment; null takes a variable away.</summary>
    public IReadOnlyDictionary<string, string?> Environment { get; init; } = new Dictionary<string, string?>();

    /// <summary>What asks it to end.</summary>
    public int StopSignal { get; init; } = Native.SigTerm;

    /// <summary>The same program, started by another one.</summary>
    public Command Under(string program, params string[] arguments) => this with { Program = program, Arguments = [.. arguments, Program, .. Arguments] };

    /// <summary>On a terminal of its own, which is what its pipes lead to.</summary>
    public Command OnTerminal() => this with { Program = "script", Arguments = ["-qefc", string.Join(' ', Arguments.Prepend(Program).Select(Quote)), "/dev/null"] };

    public override string ToString() => string.Join(' ', [Path.GetFileName(Program), .. Arguments]);

    public ProcessStartInfo ToStartInfo()
    {
        var start = new ProcessStartInfo(Program, Arguments) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in Environment)
            start.Environment[name] = value;
        return start;
    }

    private static string Quote(string word) => $"'{word.Replace("'", "'\\''")}'";
}
