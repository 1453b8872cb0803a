namespace Postern.Server.Recordings.Statements.Postgres;

/// <summary>A statement with values bound to it, to be executed once or in pieces.</summary>
internal sealed class Portal(Prepared? prepared, string? source, int? parameters)
{
    public Prepared? Prepared { get; } = prepared;
    public string? Source { get; } = source;
    public int? Parameters { get; } = parameters;

    /// <summary>Rows were asked of it before: what follows fetches more of them.</summary>
    public bool Started { get; set; }
}

/// <summary>
/// Prepared statements and portals as the server knows them: changed when it answers, so that a name that it refused to use again still means what it did.
/// </summary>
/// <param name="memory">Of the connection.</param>
/// <param name="under">Looked into for names that are not found here: of messages that the server skips, names mean something only among themselves.</param>
internal sealed class PostgresNames(StatementMemory memory, PostgresNames? under = null)
{
    private readonly PreparedStatements<string> _statements = new(memory);
    private readonly Dictionary<string, Portal> _portals = [];

    /// <summary>False: there is no room to know it, or its name is too long.</summary>
    public bool TryPrepare(string? name, SqlText? text) => name is not null && text is not null && _statements.TryAdd(name, new(text, null));

    public void Bind(string? portal, string? statement, int? parameters)
    {
        if (portal is null)
            return;
        if (_portals.Count >= StatementLimits.Cursors)
            _portals.Clear();
        _portals[portal] = new(Statement(statement), statement, parameters);
    }

    public Prepared? Statement(string? name) => name is null ? null : _statements[name] ?? under?.Statement(name);

    public Portal? Portal(string? name) => name is null ? null : _portals.GetValueOrDefault(name) ?? under?.Portal(name);

    public void Close(bool portal, string? name)
    {
        if (name is null)
            return;
        if (portal)
            _portals.Remove(name);
        else
            _statements.Remove(name);
    }

    /// <summary>Portals end with their transaction.</summary>
    public void ClosePortals() => _portals.Clear();

    public void Clear()
    {
        _statements.Clear();
        _portals.Clear();
    }
}
