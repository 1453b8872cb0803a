using System.Security.Cryptography;

namespace Postern.Server.Sessions;

/// <summary>Session ids: the caller's name, a dash and 17 hexadecimal digits. They stand in URLs and file names.</summary>
internal static class SessionId
{
    public const int MaxLength = 96;
    private const int RandomDigits = 17;

    /// <summary>Characters of a name outside letters, digits and _=+,.@- become dashes; a long name is cut.</summary>
    public static string Create(string userName)
    {
        var room = MaxLength - RandomDigits - 1;
        Span<char> name = stackalloc char[Math.Min(userName.Length, room)];
        for (var i = 0; i < name.Length; i++)
            name[i] = char.IsAsciiLetterOrDigit(userName[i]) || "_=+,.@-".Contains(userName[i], StringComparison.Ordinal) ? userName[i] : '-';
        // A name of dots alone would mean a folder in a path.
        var prefix = name.Trim('.').IsEmpty ? "user" : name.ToString();
        return $"{prefix}-{RandomNumberGenerator.GetHexString(RandomDigits, lowercase: true)}";
    }

    public static bool IsValid(string? id)
        => id is { Length: > 0 and <= MaxLength } && id.All(c => char.IsAsciiLetterOrDigit(c) || "_=+,.@-".Contains(c, StringComparison.Ordinal));
}
