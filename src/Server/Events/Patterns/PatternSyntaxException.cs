namespace Postern.Server.Events.Patterns;

/// <summary>An event pattern is no pattern. The message is AWS's: the reason, and where it stands.</summary>
internal sealed class PatternSyntaxException(string reason, int line, int column)
    : Exception($"Event pattern is not valid. Reason: {reason} at [Source: (String); line: {line}, column: {column}]")
{
    public string Reason { get; } = reason;
    /// <summary>From 1.</summary>
    public int Line { get; } = line;
    public int Column { get; } = column;
}
