namespace Postern.Server.Sessions;

/// <summary>Limits and times of sessions.</summary>
internal sealed record SessionLimits
{
    /// <summary>Live sessions on one node; a further StartSession is refused.</summary>
    public int MaxPerNode { get; init; } = 500;
    /// <summary>Live sessions on this gateway; a further StartSession is refused.</summary>
    public int MaxInAll { get; init; } = 10_000;
    /// <summary>How long a StartSession waits while too many others are in progress; then it is refused.</summary>
    public TimeSpan StartWait { get; init; } = TimeSpan.FromSeconds(3);
    /// <summary>A start counts as in progress at most this long: after that it waits for an end that does not come, and costs nothing more.</summary>
    public TimeSpan StartHold { get; init; } = TimeSpan.FromSeconds(10);
    /// <summary>How long a token that was not used opens its channel.</summary>
    public TimeSpan TokenLifetime { get; init; } = TimeSpan.FromMinutes(5);
    /// <summary>The node's data channel must have come by then.</summary>
    public TimeSpan AgentStart { get; init; } = TimeSpan.FromSeconds(60);
    /// <summary>As <see cref="AgentStart"/> when the node lost its control channel meanwhile.</summary>
    public TimeSpan OfflineStart { get; init; } = TimeSpan.FromSeconds(10);
    /// <summary>The client's first socket must have come by then.</summary>
    public TimeSpan ClientStart { get; init; } = TimeSpan.FromMinutes(2);
    /// <summary>
    /// When the request to a node is repeated, counted from StartSession. Agents do not acknowledge it and drop repetitions; but each costs a
    /// busy AWS agent a second, so not soon and not often.
    /// </summary>
    public IReadOnlyList<TimeSpan> RepeatTask { get; init; } = [TimeSpan.FromSeconds(20)];
    /// <summary>A client whose socket was closed may resume for this long. AWS's plugin takes up to 12 s over its six attempts.</summary>
    public TimeSpan ClientAway { get; init; } = TimeSpan.FromSeconds(15);
    /// <summary>As <see cref="ClientAway"/> when nobody closed the socket and the network lost it.</summary>
    public TimeSpan ClientSilent { get; init; } = TimeSpan.FromMinutes(20);
    /// <summary>An agent whose data channel was closed may come back for this long.</summary>
    public TimeSpan AgentAway { get; init; } = TimeSpan.FromSeconds(10);
    /// <summary>As <see cref="AgentAway"/> when nobody closed the data channel and the network lost it: a process that ends closes its connections.</summary>
    public TimeSpan AgentSilent { get; init; } = TimeSpan.FromMinutes(5);
    /// <summary>
    /// As <see cref="AgentAway"/> in an SSH session of AWS's agent that carried no data yet: it dies this way, without a word, when the
    /// destination refuses.
    /// </summary>
    public TimeSpan AgentAwayUnused { get; init; } = TimeSpan.FromSeconds(3);
    /// <summary>
    /// An agent may come back for this long after the gateway was restarted, a client at least as long. More than the 35 s in which an agent notices that its connection
    /// leads nowhere: the one before may have gone silent just then.
    /// </summary>
    public TimeSpan AfterRestart { get; init; } = TimeSpan.FromSeconds(60);
    /// <summary>
    /// A gateway of several that has been away for this long finds none of its sessions when it comes back: both ends wait 30 min for it, counted from when they noticed, which
    /// takes up to 35 s. Then one of the others ends them.
    /// </summary>
    public TimeSpan GatewayAway { get; init; } = TimeSpan.FromMinutes(32);
    /// <summary>How often a gateway of several looks what became of the others, and of its own sessions at their hands.</summary>
    public TimeSpan LookAtOthers { get; init; } = TimeSpan.FromSeconds(5);
    /// <summary>How long a node told to end a session has to report that it did. AWS's agent takes 2 s when its client is gone.</summary>
    public TimeSpan Termination { get; init; } = TimeSpan.FromSeconds(8);
    /// <summary>After this long without such a report the node is told again, on its control channel. Not sooner: too many such messages deafen AWS's agent.</summary>
    public TimeSpan RepeatTermination { get; init; } = TimeSpan.FromSeconds(5);
    /// <summary>ResumeSession calls of one session that are answered at once; then one a second.</summary>
    public int ResumeBurst { get; init; } = 5;
    /// <summary>How often the bytes that passed are written down: a gateway that is killed loses at most this much of the count.</summary>
    public TimeSpan SaveTraffic { get; init; } = TimeSpan.FromSeconds(15);
    /// <summary>How often expired tokens and old history are removed.</summary>
    public TimeSpan SweepInterval { get; init; } = TimeSpan.FromMinutes(10);
}
