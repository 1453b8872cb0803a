namespace Postern.Agent.Pty;

/// <summary>A program to start in a session of its own. Nothing is taken from the agent's environment.</summary>
internal sealed record SpawnOptions
{
    /// <summary>Absolute path.</summary>
    public required string Program { get; init; }
    /// <summary>Arguments after the program's own name.</summary>
    public IReadOnlyList<string> Arguments { get; init; } = [];
    /// <summary>The whole environment, NAME=value each.</summary>
    public IReadOnlyList<string> Environment { get; init; } = [];
    public string WorkingDirectory { get; init; } = "/";
}
