using System.Text;

namespace Postern.Cli.Terminal;

/// <summary>A line that is read and not shown.</summary>
internal static class HiddenLine
{
    private const int MaxLength = 4096;

    /// <summary>Asks for it on a terminal; otherwise the first line of standard input. Null: there is none.</summary>
    public static string? Read(string question)
    {
        if (Console.IsInputRedirected)
            return Console.In.ReadLine() is { Length: > 0 } first ? first : null;
        StandardOutput.Error.Text(question);
        var line = new StringBuilder();
        while (Console.ReadKey(intercept: true) is { Key: not ConsoleKey.Enter } key)
        {
            if (key.Key == ConsoleKey.Backspace)
                line.Length = Math.Max(0, line.Length - 1);
            else if (!char.IsControl(key.KeyChar) && line.Length < MaxLength)
                line.Append(key.KeyChar);
        }
        StandardOutput.Error.Text("\n");
        return line.Length > 0 ? line.ToString() : null;
    }
}
