namespace Postern.Client;

/// <summary>Who or what ended a session.</summary>
public enum SessionEndReason
{
    /// <summary>channel_closed arrived: the node's side is over, or somebody terminated the session.</summary>
    ChannelClosed,
    /// <summary>ResumeSession carried no token: the session had ended while this end was away.</summary>
    TimedOut,
    /// <summary>This end asked for it.</summary>
    Terminated,
    /// <summary>The data channel could not be opened, or not again, in the time allowed.</summary>
    Unreachable,
    /// <summary>The service refused to resume the session for this caller.</summary>
    Refused,
    /// <summary>The other end broke the protocol, or what takes the data here failed.</summary>
    Failed,
}

/// <summary>How a session ended. Kept once; later reasons are ignored.</summary>
/// <param name="Output">A sentence for the person; empty for a normal end.</param>
/// <param name="Error">The cause, when there is an exception behind it.</param>
public sealed record SessionEnd(SessionEndReason Reason, string Output = "", Exception? Error = null)
{
    /// <summary>True unless the session ended as it should.</summary>
    public bool IsFailure => Output.Length > 0 || Reason is not (SessionEndReason.ChannelClosed or SessionEndReason.Terminated);
}

/// <summary>The session ended before it could be used.</summary>
public sealed class SessionEndedException(SessionEnd end)
    : Exception(end.Output.Length > 0 ? end.Output : $"The session ended: {end.Reason}.", end.Error)
{
    public SessionEnd End { get; } = end;
}
