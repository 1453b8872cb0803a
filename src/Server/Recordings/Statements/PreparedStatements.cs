namespace Postern.Server.Recordings.Statements;

/// <summary>A statement that was prepared. Its text is null when there was no room for it: then it is on record since it was prepared.</summary>
internal sealed record Prepared(SqlText? Text, int? Parameters);

/// <summary>The prepared statements of a connection by name or number, as many as fit.</summary>
internal sealed class PreparedStatements<TName>(StatementMemory memory) where TName : notnull
{
    private readonly Dictionary<TName, Prepared> _all = [];
    private int _characters;
    private long _covered;

    public Prepared? this[TName name] => _all.GetValueOrDefault(name);

    /// <summary>False: there is no room, and it is not known from now on.</summary>
    public bool TryAdd(TName name, Prepared prepared)
    {
        Remove(name);
        var characters = prepared.Text?.Text.Length ?? 0;
        if (_all.Count >= StatementLimits.Prepared || _characters + characters > StatementLimits.PreparedText
            || !memory.Covers(ref _covered, (_all.Count + 1) * StatementLimits.WaitingMessage + (long)(_characters + characters) * sizeof(char)))
            return false;
        _all.Add(name, prepared);
        _characters += characters;
        return true;
    }

    public void Remove(TName name)
    {
        if (_all.Remove(name, out var prepared))
            _characters -= prepared.Text?.Text.Length ?? 0;
    }

    public void Clear()
    {
        _all.Clear();
        _characters = 0;
    }
}
