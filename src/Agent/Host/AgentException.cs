namespace Postern.Agent.Host;

/// <summary>Exit codes of the program, in docs/operate/agent.md.</summary>
internal enum ExitCode
{
    Success = 0,
    Failure = 1,
    Usage = 2,
    AlreadyRegistered = 3,
    NotRegistered = 4,
    Unreachable = 5,
    Refused = 6,
    DataFolder = 7,
}

/// <summary>The program cannot go on. The message is one line for the person who started it.</summary>
internal sealed class AgentException(ExitCode exitCode, string message) : Exception(message)
{
    public ExitCode ExitCode { get; } = exitCode;
}
