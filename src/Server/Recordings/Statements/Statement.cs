namespace Postern.Server.Recordings.Statements;

/// <summary>A statement that was sent, until its answer is whole.</summary>
internal sealed class Statement(string kind, long at)
{
    private List<string>? _commands;

    public string Kind { get; } = kind;

    /// <summary>Microseconds.</summary>
    public long At { get; } = at;

    public SqlText? Text { get; init; }
    public string? Name { get; init; }
    public int? Parameters { get; init; }
    public string? User { get; init; }
    public string? Database { get; init; }
    public string? Transaction { get; init; }
    public long? Rows { get; private set; }
    public long? Copied { get; private set; }
    public int CommandCount { get; private set; }
    public IReadOnlyList<string>? Commands => _commands;
    public string? Code { get; private set; }
    public string? Error { get; private set; }

    /// <summary>Its characters count among those that wait.</summary>
    public bool Held { get; set; }

    /// <summary>It was recorded as running already.</summary>
    public bool Told { get; set; }

    public void AddRows(long rows) => Rows = (Rows ?? 0) + rows;

    public void AddCopied(long bytes) => Copied = (Copied ?? 0) + bytes;

    /// <param name="tag">What the server says it did, or null where it says nothing.</param>
    public void AddCommand(string? tag)
    {
        CommandCount++;
        if (tag is not null && CommandCount <= StatementLimits.Commands)
            (_commands ??= []).Add(tag);
    }

    public void Fail(string code, string message)
    {
        if (Code is not null)
            return;
        Code = code;
        Error = Text is { Secret: true } ? "(not kept: the statement holds a secret)" : message;
    }
}
