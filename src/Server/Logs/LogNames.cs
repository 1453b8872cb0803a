using System.Text.RegularExpressions;

namespace Postern.Server.Logs;

/// <summary>What groups and streams may be called.</summary>
internal static partial class LogNames
{
    public const int MaxName = 512;
    public const string Standard = "STANDARD", InfrequentAccess = "INFREQUENT_ACCESS";
    public const string GroupPattern = @"[\.\-_/#A-Za-z0-9]+", StreamPattern = "[^:*]*";

    public static bool IsGroup(string name) => name.Length is > 0 and <= MaxName && Group().IsMatch(name);

    [GeneratedRegex(@"\A[.\-_/#A-Za-z0-9]+\z", RegexOptions.NonBacktracking)]
    public static partial Regex Group();

    [GeneratedRegex(@"\A[^:*]*\z", RegexOptions.NonBacktracking)]
    public static partial Regex Stream();

    /// <summary>A stream's name from any text: what may not stand in it becomes a dash.</summary>
    public static string StreamOf(string text) => new([.. text.Select(c => c is ':' or '*' || char.IsControl(c) ? '-' : c).Take(MaxName)]);

    /// <summary>PostgreSQL keeps no NUL in a text.</summary>
    public static string Storable(string message) => message.Replace('\0', '\uFFFD');
}
