namespace Postern.Agent.Sessions;

/// <summary>How a session ended. <see cref="Output"/> is shown to the person; empty for a normal end.</summary>
internal sealed record SessionOutcome(bool Succeeded, string Output)
{
    public static readonly SessionOutcome Success = new(true, "");

    public static SessionOutcome Failure(string output) => new(false, output);

    /// <summary>FinalTaskStatus of agent_task_complete.</summary>
    public string Status => Succeeded ? "Success" : "Failed";
}

/// <summary>The session cannot start or go on; the message is for the person and says what is wrong and where.</summary>
internal sealed class SessionFailedException(string message) : Exception(message);
