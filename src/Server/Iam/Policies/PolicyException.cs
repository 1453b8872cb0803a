namespace Postern.Server.Iam.Policies;

/// <summary>A policy document that is refused. Its message is for the author: where, what is wrong, what to write instead.</summary>
internal sealed class PolicyException(string reason, string path, int line, int column)
    : Exception($"{(path.Length == 0 ? "" : $"{path}: ")}{reason} (line {line}, column {column})")
{
    /// <summary>What is wrong, without the place.</summary>
    public string Reason => reason;

    /// <summary>The JSON path of the element, such as Statement[1].Condition.StringEquals; empty for the document.</summary>
    public string Path => path;

    /// <summary>Counted from one.</summary>
    public int Line => line;

    /// <summary>Counted from one, in characters.</summary>
    public int Column => column;
}
