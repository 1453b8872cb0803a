using System.Collections.Frozen;

namespace Postern.Server.Sessions;

/// <summary>Where a session stands; the names are those of DescribeSessions.</summary>
internal enum SessionState
{
    /// <summary>The node was asked; not both ends are there yet.</summary>
    Connecting,
    Connected,
    /// <summary>The client's socket is gone; it may come back.</summary>
    Disconnected,
    /// <summary>Both ends were told to stop; the node has not reported its end yet.</summary>
    Terminating,
    Terminated,
    Failed,
}

/// <summary>The legal transitions, as data. A state changes only along them, by a compare-and-set UPDATE.</summary>
internal static class SessionStates
{
    private static readonly FrozenDictionary<SessionState, SessionState[]> Transitions = new Dictionary<SessionState, SessionState[]>
    {
        [SessionState.Connecting] = [SessionState.Connected, SessionState.Terminating, SessionState.Terminated, SessionState.Failed],
        [SessionState.Connected] = [SessionState.Disconnected, SessionState.Terminating, SessionState.Terminated, SessionState.Failed],
        [SessionState.Disconnected] = [SessionState.Connected, SessionState.Terminating, SessionState.Terminated, SessionState.Failed],
        [SessionState.Terminating] = [SessionState.Terminated, SessionState.Failed],
        [SessionState.Terminated] = [],
        [SessionState.Failed] = [],
    }.ToFrozenDictionary();

    /// <summary>DescribeSessions with State Active.</summary>
    public static IReadOnlyList<SessionState> Live { get; } =
        [SessionState.Connecting, SessionState.Connected, SessionState.Disconnected, SessionState.Terminating];

    /// <summary>DescribeSessions with State History.</summary>
    public static IReadOnlyList<SessionState> Ended { get; } = [SessionState.Terminated, SessionState.Failed];

    public static bool IsEnded(this SessionState state) => state is SessionState.Terminated or SessionState.Failed;

    /// <summary>Whether a client may still be given a token: the session is neither ended nor ending.</summary>
    public static bool IsOpen(this SessionState state) => state is SessionState.Connecting or SessionState.Connected or SessionState.Disconnected;

    public static bool MayBecome(this SessionState from, SessionState to) => Transitions[from].Contains(to);
}
