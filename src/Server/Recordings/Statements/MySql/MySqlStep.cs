namespace Postern.Server.Recordings.Statements.MySql;

/// <summary>A command that the server has not answered yet. StmtClose has no answer: it waits for its turn.</summary>
internal sealed class MySqlStep(MySqlCommand command, long time)
{
    public MySqlCommand Command { get; } = command;
    public long Time { get; } = time;

    /// <summary>Of a prepared statement.</summary>
    public uint Id { get; init; }

    /// <summary>ChangeUser: who it is to be. InitDb: the database.</summary>
    public MySqlLogin Login { get; init; }

    /// <summary>Null: it is not recorded, or was already, or, of a prepared statement, is not known yet.</summary>
    public Statement? Statement { get; set; }

    public bool IsExecution => Command is MySqlCommand.StmtExecute or MySqlCommand.StmtBulkExecute or MySqlCommand.StmtFetch;
}
