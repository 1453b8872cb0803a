namespace Postern.Server.Sessions;

/// <summary>What happens to a live session. Its owner takes these one after another.</summary>
internal abstract record SessionEvent
{
    /// <summary>The node asked for a data channel: it has taken the task.</summary>
    public sealed record AgentRequested : SessionEvent;

    public sealed record Attached(SessionSide Side) : SessionEvent;

    /// <param name="Side">Whose socket is gone.</param>
    /// <param name="Silent">Nobody closed it; the network lost it.</param>
    public sealed record Detached(SessionSide Side, bool Silent) : SessionEvent;

    /// <summary>Ends the session as asked for.</summary>
    /// <param name="Details">For the history.</param>
    /// <param name="Output">For the client; empty for a normal end.</param>
    public sealed record Terminate(string Details, string Output) : SessionEvent;

    /// <summary>Ends the session at once: the reason is a failure.</summary>
    public sealed record Fail(string Reason) : SessionEvent;

    public sealed record TaskCompleted(bool Success, string Output) : SessionEvent;

    /// <summary>The node has a control channel again.</summary>
    public sealed record NodeAttached : SessionEvent;

    public sealed record NodeDetached : SessionEvent;

    /// <summary>The table says something else of it than was written from here.</summary>
    public sealed record ChangedElsewhere : SessionEvent;

    /// <summary>Someone waits until what came before has been decided.</summary>
    public sealed record Marker(TaskCompletionSource Reached) : SessionEvent;

    /// <summary>A deadline may have passed.</summary>
    public sealed record Tick : SessionEvent
    {
        public static Tick Instance { get; } = new();
    }
}

/// <summary>How a session ends; the relay tells its two ends.</summary>
/// <param name="Output">Shown to the client; empty for a normal end.</param>
/// <param name="TellAgent">False when the node itself reported the end.</param>
internal sealed record SessionEnd(string Output, bool TellAgent);
