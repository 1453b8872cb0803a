namespace Postern.Server.Storage;

/// <summary>Text as parts of SQL values.</summary>
internal static class SqlText
{
    /// <summary>For LIKE … ESCAPE '!': every character stands for itself.</summary>
    public static string Like(string text) => text.Replace("!", "!!").Replace("%", "!%").Replace("_", "!_");
}
