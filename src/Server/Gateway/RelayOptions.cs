using Postern.Protocol.DataStream;
using Postern.Protocol.Messages;

namespace Postern.Server.Gateway;

/// <summary>Limits and times of channels. Those of the cures were measured against AWS's own ends.</summary>
internal sealed record RelayOptions
{
    /// <summary>Longest message on a data channel: the largest payload our ends use, header, and room for what encryption adds.</summary>
    public int MaxDataFrame { get; init; } = AgentMessageHeader.Size + DataStreamOptions.LargestPayload + 1024;
    /// <summary>Longest message on a control channel. AWS's agent writes up to 142,000 bytes.</summary>
    public int MaxControlFrame { get; init; } = 160_000;
    /// <summary>Longest first message of a channel.</summary>
    public int MaxOpenFrame { get; init; } = 8 * 1024;
    /// <summary>Longest body of CreateControlChannel and CreateDataChannel.</summary>
    public int MaxRequestBody { get; init; } = 16 * 1024;
    /// <summary>The first message must have arrived by then.</summary>
    public TimeSpan OpenTimeout { get; init; } = TimeSpan.FromSeconds(10);
    /// <summary>Channels that were upgraded and have not sent their first message yet, of nodes and of others each; a further one is refused.</summary>
    public int MaxOpening { get; init; } = 1000;
    /// <summary>Messages that are no agent messages, or of a type that has no business on the channel: beyond this many it is closed.</summary>
    public int MaxBadFrames { get; init; } = 32;
    /// <summary>Bytes kept for an end that is absent or held back; then nothing more is read from the other end.</summary>
    public int HoldLimit { get; init; } = 512 * 1024;
    /// <summary>Messages that wait for a node's control channel; then it counts as not connected.</summary>
    public int MaxMailbox { get; init; } = 512;
    /// <summary>Pause between two session messages on the control channel of a stock agent.</summary>
    public TimeSpan StockSpacing { get; init; } = TimeSpan.FromMilliseconds(50);

    /// <summary>HandshakeComplete of a stock agent waits this long after the agent's ack of HandshakeResponse: input that meets it earlier is lost in the agent.</summary>
    public TimeSpan AgentSettles { get; init; } = TimeSpan.FromMilliseconds(20);
    /// <summary>A stock client gets nothing for this long after HandshakeComplete: its reader dies when a message meets it earlier.</summary>
    public TimeSpan ClientSettles { get; init; } = TimeSpan.FromMilliseconds(30);
    /// <summary>channel_closed waits this long after HandshakeComplete.</summary>
    public TimeSpan CloseSettles { get; init; } = TimeSpan.FromMilliseconds(250);
    /// <summary>HandshakeComplete is not held longer, whatever did not come.</summary>
    public TimeSpan LongestHold { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>
    /// Pause between unsolicited pongs. AWS's agent drops a link that brought no pong for 60 s, and a channel that is held back by a slow
    /// reader, or is busy with messages before the ping, answers pings late or not at all.
    /// </summary>
    public TimeSpan PongInterval { get; init; } = TimeSpan.FromSeconds(15);
    /// <summary>A control channel whose node's machine has vanished is noticed after this long: what was written to it is not confirmed.</summary>
    public TimeSpan ControlSilence { get; init; } = TimeSpan.FromSeconds(90);
    /// <summary>A connection that its peer has closed, and that is not read because the other end is slow, is given up after this long.</summary>
    public TimeSpan ClosedUnread { get; init; } = TimeSpan.FromSeconds(2);
    /// <summary>After agent_task_complete, how long output still in the agent's socket may take to arrive; again as long while more arrives, or the client is slow to take it.</summary>
    public TimeSpan LastOutput { get; init; } = TimeSpan.FromMilliseconds(500);
    /// <summary>How long an end that was told channel_closed has to close its socket.</summary>
    public TimeSpan CloseWait { get; init; } = TimeSpan.FromSeconds(5);
    /// <summary>How long the last output of a session that ended of itself is offered to a client that takes it slowly or not at all.</summary>
    public TimeSpan SlowClient { get; init; } = TimeSpan.FromMinutes(1);
    /// <summary>How long what a session left for a client that never came is kept in memory; the reason is kept in the database.</summary>
    public TimeSpan LateClient { get; init; } = TimeSpan.FromSeconds(30);
}
