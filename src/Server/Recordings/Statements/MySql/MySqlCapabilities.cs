namespace Postern.Server.Recordings.Statements.MySql;

/// <summary>What both ends of a connection agreed on; of MariaDB's own, those above bit 31.</summary>
[Flags]
internal enum MySqlCapabilities : ulong
{
    None = 0,
    /// <summary>MariaDB leaves it out when it has capabilities of its own.</summary>
    Mysql = 1,
    ConnectWithDatabase = 1 << 3,
    Compress = 1 << 5,
    Protocol41 = 1 << 9,
    Ssl = 1 << 11,
    SecureConnection = 1 << 15,
    PluginAuth = 1 << 19,
    ConnectAttributes = 1 << 20,
    AuthLengthEncoded = 1 << 21,
    SessionTrack = 1 << 23,
    DeprecateEof = 1 << 24,
    OptionalMetadata = 1 << 25,
    CompressZstd = 1 << 26,
    QueryAttributes = 1 << 27,
    MariaDbCacheMetadata = 1UL << 36,
}

[Flags]
internal enum MySqlStatus : ushort
{
    InTransaction = 1,
    MoreResults = 8,
    CursorExists = 0x40,
    SessionStateChanged = 0x4000,
}

/// <summary>The first byte of a client's packet.</summary>
internal enum MySqlCommand : byte
{
    Quit = 1, InitDb = 2, Query = 3, FieldList = 4, CreateDb = 5, DropDb = 6, Refresh = 7, Shutdown = 8, Statistics = 9, ProcessInfo = 0x0A, ProcessKill = 0x0C, Debug = 0x0D,
    Ping = 0x0E, ChangeUser = 0x11, BinlogDump = 0x12, StmtPrepare = 0x16, StmtExecute = 0x17, StmtSendLongData = 0x18, StmtClose = 0x19, StmtReset = 0x1A, SetOption = 0x1B,
    StmtFetch = 0x1C, BinlogDumpGtid = 0x1E, ResetConnection = 0x1F, StmtBulkExecute = 0xFA,
}
