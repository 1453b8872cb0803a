namespace Postern.Client;

/// <summary>How a session behaves while it is open.</summary>
public sealed record SessionOptions
{
    /// <summary>How long a lost data channel is tried again before the session is given up. The gateway may end it earlier.</summary>
    public TimeSpan ReconnectLimit { get; init; } = TimeSpan.FromMinutes(30);
    /// <summary>Attempts to open the data channel the first time.</summary>
    public int OpenAttempts { get; init; } = 7;
    /// <summary>Ask for the exit code of a command without a terminal, and for its standard error apart, where the node can.</summary>
    public bool WantExitCode { get; init; }
    /// <summary>Told what happens on the way; must return quickly and not throw. Called from any thread.</summary>
    public Action<SessionNotice>? OnNotice { get; init; }
}

/// <summary>Something a person may want to know while the session goes on.</summary>
public enum SessionNoticeKind
{
    /// <summary>The connection is gone and the first try to get it back failed; tries go on.</summary>
    ConnectionLost,
    /// <summary>It is back; nothing was lost.</summary>
    ConnectionRestored,
    /// <summary>The session has not begun: the gateway asked for patience.</summary>
    Waiting,
    /// <summary>A text the node's owner wants shown.</summary>
    CustomerMessage,
}

/// <inheritdoc cref="SessionNoticeKind"/>
public readonly record struct SessionNotice(SessionNoticeKind Kind, string Text);
