namespace Postern.Server.Recordings.Statements.Postgres;

internal enum StepKind : byte { Query, Function, Parse, Bind, Describe, Execute, Close, Sync, CopyEnd }

/// <summary>A message of the client that the server has not answered yet. <see cref="StepKind.CopyEnd"/> has no answer: it says where data of COPY ended.</summary>
internal sealed class PostgresStep(StepKind kind, long time)
{
    public StepKind Kind { get; } = kind;
    public long Time { get; } = time;

    /// <summary>Of a portal (Bind, Execute), of a prepared statement (Parse), of either (Describe, Close).</summary>
    public string? Name { get; init; }
    public bool IsPortal { get; init; }

    /// <summary>Bind: the prepared statement's name.</summary>
    public string? Source { get; init; }
    public int? Parameters { get; init; }

    /// <summary>Null: recorded already, or, of Execute, not known yet.</summary>
    public Statement? Statement { get; set; }
}
