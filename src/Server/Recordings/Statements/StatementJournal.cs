namespace Postern.Server.Recordings.Statements;

/// <summary>What is known of one database connection, and the records made of it.</summary>
internal sealed class StatementJournal(string protocol, long connection, Action<StatementRecord> record, StatementMemory memory)
{
    private long _lastEnd, _covered;
    private int _held;

    public string? User { get; set => field = value is "" ? null : value; }
    public string? Database { get; set; }
    public string? Application { get; set => field = value is "" ? null : value; }

    /// <summary>As the server last said.</summary>
    public string? Transaction { get; set; }

    public long Connection => connection;

    public StatementMemory Memory => memory;

    public Statement Begin(string kind, SqlText? text, long at, string? name = null, int? parameters = null) => new(kind, at)
    {
        Text = text,
        Name = name,
        Parameters = parameters,
        User = User,
        Database = Database,
        Transaction = Transaction,
    };

    /// <summary>Keeps a statement until its answer. False: too much waits already; it is recorded now, and is not to be ended.</summary>
    public bool Hold(Statement statement)
    {
        var length = statement.Text?.Text.Length ?? 0;
        if (_held + length > StatementLimits.WaitingText || !memory.Covers(ref _covered, (long)(_held + length) * sizeof(char)))
        {
            Record(statement, StatementOutcome.Unknown, took: null);
            return false;
        }
        _held += length;
        statement.Held = true;
        return true;
    }

    /// <summary>It waits no longer, and there is nothing to record of it.</summary>
    public void Release(Statement? statement)
    {
        if (statement is not { Held: true })
            return;
        _held -= statement.Text?.Text.Length ?? 0;
        statement.Held = false;
    }

    public void End(Statement statement, long time) => End(statement, time, statement.Code is null ? StatementOutcome.Done : StatementOutcome.Failed);

    public void End(Statement statement, long time, string outcome)
    {
        Release(statement);
        // Of several sent ahead, each begins when the one before it is done.
        var took = outcome is StatementOutcome.Skipped or StatementOutcome.Unknown ? (long?)null : Math.Max(0, time - Math.Max(statement.At, _lastEnd));
        if (took is not null)
            _lastEnd = Math.Max(_lastEnd, time);
        Record(statement, outcome, took);
    }

    /// <summary>Says once that a statement is running, so that it is on record should nothing come after.</summary>
    public void Running(Statement statement, long time)
    {
        if (statement.Told || time - Math.Max(statement.At, _lastEnd) < StatementLimits.Running)
            return;
        statement.Told = true;
        Record(statement, StatementOutcome.Running, time - Math.Max(statement.At, _lastEnd));
    }

    public void Connected(long at, long time, long? process) => record(Fact(StatementKind.Connect, at) with { Took = Math.Max(0, time - at), Outcome = StatementOutcome.Done, Process = process });

    public void NotConnected(long at, long time, string outcome, string? code, string? error)
        => record(Fact(StatementKind.Connect, at) with { Took = Math.Max(0, time - at), Outcome = outcome, Code = code, Error = error });

    public void Cancel(long time, long process, long? cancels) => record(Fact(StatementKind.Cancel, time) with { Process = process, Cancels = cancels });

    /// <summary>An error that answers no statement: the server ends the connection.</summary>
    public void Error(long time, string code, string message) => record(Fact(StatementKind.Error, time) with { Code = code, Error = message });

    /// <summary>How a note ends that is the last that is known of what passes in a connection.</summary>
    public const string FlowOnly = ": from here on only the connection's times and bytes are recorded";

    /// <summary>No statement is recorded any more.</summary>
    public void Stopped(long time, string reason) => Note(time, reason + FlowOnly);

    public void Note(long time, string reason) => record(Fact(StatementKind.Note, time) with { Reason = reason });

    private StatementRecord Fact(string kind, long at)
        => new() { Kind = kind, Protocol = protocol, Connection = connection, At = at, User = User, Database = Database, Application = Application };

    private void Record(Statement statement, string outcome, long? took) => record(new()
    {
        Kind = statement.Kind,
        Protocol = protocol,
        Connection = connection,
        At = statement.At,
        Took = took,
        User = statement.User,
        Database = statement.Database,
        Application = Application,
        Text = statement.Text?.Text,
        Cut = statement.Text is { Cut: true },
        Bytes = statement.Text is { Cut: true } text ? text.Bytes : null,
        Name = statement.Name,
        Parameters = statement.Parameters,
        Rows = statement.Rows,
        Commands = statement.Commands,
        CommandCount = statement.CommandCount > StatementLimits.Commands ? statement.CommandCount : null,
        Copied = statement.Copied,
        Transaction = statement.Transaction,
        Outcome = outcome,
        Code = statement.Code,
        Error = statement.Error,
    });
}
