using Postern.Server.Recordings.Statements;

namespace Postern.Server.Recordings.Flows;

/// <summary>One connection through a port session.</summary>
internal sealed class Flow(long number, long opened)
{
    /// <summary>In the session, from 1.</summary>
    public long Number => number;
    /// <summary>Microseconds since the session's start.</summary>
    public long Opened => opened;
    public long ToNode { get; private set; }
    public long ToClient { get; private set; }
    public bool ClientFinished { get; set; }
    public bool NodeFinished { get; set; }
    /// <summary>Reads statements along; null: nobody does.</summary>
    public StatementDecoder? Statements { get; init; }

    public void Pass(bool fromClient, ReadOnlySpan<byte> bytes, long time)
    {
        if (fromClient)
            ToNode += bytes.Length;
        else
            ToClient += bytes.Length;
        if (Statements is not { Done: false } statements)
            return;
        if (fromClient)
            statements.FromClient(bytes, time);
        else
            statements.FromServer(bytes, time);
    }
}
