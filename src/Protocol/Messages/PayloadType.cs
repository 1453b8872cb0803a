namespace Postern.Protocol.Messages;

/// <summary>What the payload of a stream message is. Values are those of the wire.</summary>
public enum PayloadType : uint
{
    None = 0,
    Output = 1,
    Error = 2,
    Size = 3,
    Parameter = 4,
    HandshakeRequest = 5,
    HandshakeResponse = 6,
    HandshakeComplete = 7,
    EncChallengeRequest = 8,
    EncChallengeResponse = 9,
    Flag = 10,
    StdErr = 11,
    ExitCode = 12,
}

/// <summary>Value of a <see cref="PayloadType.Flag"/> payload: four bytes, big-endian.</summary>
public enum PayloadFlag : uint
{
    /// <summary>The person's TCP connection ended (port sessions without multiplexing).</summary>
    DisconnectToPort = 1,
    /// <summary>The person ended the session.</summary>
    TerminateSession = 2,
    /// <summary>The node could not reach the destination of one connection (multiplexed port sessions).</summary>
    ConnectToPortError = 3,
}

/// <summary>Header flags. No stock receiver looks at them; they are written as the stock ends write them.</summary>
[Flags]
public enum MessageFlags : ulong
{
    None = 0,
    Syn = 1,
    Fin = 2,
    SynFin = 3,
    /// <summary>Of an acknowledgement between our own ends: everything up to its number has been received.</summary>
    Cumulative = 4,
}
