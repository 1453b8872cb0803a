namespace Postern.Server.Recordings.Statements;

/// <summary>What the decoder of one connection may hold, whatever the ends send, and what all of them may.</summary>
internal static class StatementLimits
{
    /// <summary>Bytes kept of a statement; the rest is counted, and the record says that it was cut.</summary>
    public const int Text = 64 * 1024;

    /// <summary>Bytes kept of an error as the server sends it, and characters of its message in a record.</summary>
    public const int Error = 4096, Message = 1024;

    /// <summary>Bytes kept of a name: of a user, database, program, prepared statement or cursor.</summary>
    public const int Name = 256;

    /// <summary>Bytes of a first message: PostgreSQL refuses more.</summary>
    public const int Startup = 10_000;

    /// <summary>Bytes kept of a greeting, of an answer to it, and of what a server says when a command is done.</summary>
    public const int Greeting = 1024, Login = 8192, Reply = 512;

    /// <summary>Messages whose answer is awaited. Beyond, statements are recorded without their outcome.</summary>
    public const int Waiting = 65_536;

    /// <summary>Characters of statements that wait for their answer, all together. Beyond, a statement is recorded at once, without its outcome.</summary>
    public const int WaitingText = 1 << 20;

    /// <summary>Prepared statements known by name, and their characters. Beyond, one is recorded when it is prepared, and its executions name it only.</summary>
    public const int Prepared = 4096, PreparedText = 1 << 22;

    /// <summary>
    /// Bytes for such texts, and for messages that wait (so many each), of all connections of a session, and of all sessions of the process. Beyond, it is as if
    /// the connection's own limit were reached.
    /// </summary>
    public const long SessionMemory = 64L << 20, ProcessMemory = 256L << 20, WaitingMessage = 256;

    /// <summary>Open cursors known by name.</summary>
    public const int Cursors = 1024;

    /// <summary>Command tags listed of one text with many statements; all are counted.</summary>
    public const int Commands = 32;

    /// <summary>A message of PostgreSQL, and a packet of MySQL with all its parts: both servers refuse more.</summary>
    public const int WholeMessage = 0x40000000;

    /// <summary>Connections of one session whose server process is remembered, to say whose statement was cancelled.</summary>
    public const int Backends = 1024;

    /// <summary>Microseconds after which a statement is recorded as running, before it is done.</summary>
    public const long Running = 1_000_000;
}
