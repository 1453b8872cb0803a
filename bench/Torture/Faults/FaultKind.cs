namespace Postern.Bench.Torture.Faults;

/// <summary>What is done to the programs and their connections.</summary>
internal enum FaultKind
{
    /// <summary>SIGKILL, and started again on the same data and port.</summary>
    GatewayKilled,
    /// <summary>SIGTERM, and started again.</summary>
    GatewayStopped,
    /// <summary>SIGSTOP for a while.</summary>
    GatewayFrozen,
    AgentFrozen,
    ClientFrozen,
    /// <summary>All connections of one client get RST.</summary>
    ClientReset,
    /// <summary>They get FIN.</summary>
    ClientClosed,
    /// <summary>Nothing passes on them any more, nobody is told; new connections pass.</summary>
    ClientSilent,
    /// <summary>Some or all of the agent's data channels get RST.</summary>
    AgentDataReset,
    AgentDataClosed,
    AgentDataSilent,
    /// <summary>The agent's control channel gets RST (and its idle HTTP connections with it).</summary>
    ControlReset,
    ControlSilent,
    /// <summary>All connections of the agent get RST at the same moment.</summary>
    AgentReset,
    /// <summary>Nothing passes between one end and the gateway for a while, and then everything.</summary>
    LinkStalled,
    /// <summary>All connections between one end and the gateway get RST, and new ones too for a while.</summary>
    LinkDown,
}
