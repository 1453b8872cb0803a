using System.Globalization;
using System.Net;

namespace Postern.Server.Settings;

/// <summary>Parses the values of settings; each throws FormatException with what is expected.</summary>
internal static class SettingValues
{
    private const int AccountDigits = 12, MaxRegion = 100, MaxName = 64;

    public static IPEndPoint EndPoint(string text)
    {
        var colon = text.LastIndexOf(':');
        if (colon > 0 && ushort.TryParse(text[(colon + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out var port))
        {
            var address = text[..colon];
            if (address == "localhost")
                return new IPEndPoint(IPAddress.Loopback, port);
            // An IPv6 address stands in brackets, or its last group would be taken for the port.
            var bracketed = address.StartsWith('[') && address.EndsWith(']');
            if (bracketed == address.Contains(':') && IPAddress.TryParse(address.Trim('[', ']'), out var ip))
                return new IPEndPoint(ip, port);
        }
        throw new FormatException("expected ADDRESS:PORT with an IP address, such as 0.0.0.0:8443 or [::]:8443");
    }

    public static string Name(string text)
        => text.Length is > 0 and <= MaxName && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.')
            ? text : throw new FormatException($"expected letters, digits, '-', '_' and '.', at most {MaxName}");

    public static string Region(string text)
        => text.Length is > 0 and <= MaxRegion && text.All(c => char.IsAsciiLetterOrDigit(c) || c == '-')
            ? text : throw new FormatException($"expected letters, digits and '-', at most {MaxRegion}");

    public static string Account(string text)
        => text.Length == AccountDigits && text.All(char.IsAsciiDigit) ? text : throw new FormatException($"expected {AccountDigits} digits");

    public static Uri Endpoint(string text)
        => Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme == Uri.UriSchemeHttps && url.Host.Length > 0 && url.PathAndQuery == "/" && url.UserInfo.Length == 0
            ? url : throw new FormatException("expected https://HOST or https://HOST:PORT");

    /// <summary>A service that this gateway calls: https, or http to this machine.</summary>
    public static Uri Service(string text)
        => Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Host.Length > 0 && url.PathAndQuery == "/" && url.UserInfo.Length == 0
            && (url.Scheme == Uri.UriSchemeHttps || (url.Scheme == Uri.UriSchemeHttp && url.IsLoopback))
            ? url : throw new FormatException("expected https://HOST or https://HOST:PORT; http:// only to this machine");

    public static string Bucket(string text)
        => text.Length is >= 3 and <= 63 && text.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '-' or '.') && char.IsAsciiLetterOrDigit(text[0])
            ? text : throw new FormatException("expected the name of a bucket: 3 to 63 small letters, digits, '-' and '.'");

    public static LogLevel Level(string text)
        => Enum.TryParse<LogLevel>(text, ignoreCase: true, out var level) && Enum.IsDefined(level) && !char.IsAsciiDigit(text[0])
            ? level : throw new FormatException("expected trace, debug, information, warning, error, critical or none");

    public static RecordingMode Recording(string text)
        => RecordingModes.Find(text) ?? throw new FormatException($"expected {string.Join(", ", RecordingModes.Names)}");

    /// <summary>Whole seconds, or a number with a unit: 90, 90s, 15m, 2h.</summary>
    public static TimeSpan Duration(string text)
    {
        var digits = text.TrimEnd('s', 'm', 'h');
        var unit = text[digits.Length..] switch { "" or "s" => 1, "m" => 60, "h" => 3600, _ => 0 };
        return unit > 0 && int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var count)
            ? TimeSpan.FromSeconds((double)count * unit) : throw new FormatException("expected a time such as 90s, 15m or 2h");
    }

    public static int Count(string text, int smallest, int largest)
        => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count >= smallest && count <= largest
            ? count : throw new FormatException($"expected a whole number from {smallest} to {largest}");

    /// <summary>NAME=PROGRAM ARGUMENT …; words are separated by spaces, there is no quoting.</summary>
    public static IReadOnlyDictionary<string, string[]> Commands(IReadOnlyList<string> values)
    {
        var commands = new Dictionary<string, string[]>(StringComparer.Ordinal);
        foreach (var value in values)
        {
            var (name, line) = value.Split('=', 2) is [var left, var right] ? (left, right.Split(' ', StringSplitOptions.RemoveEmptyEntries)) : ("", []);
            if (name.Length is 0 or > MaxName || !name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.'))
                throw new FormatException("expected NAME=PROGRAM, the name of letters, digits, '-', '_' and '.'");
            if (line.Length == 0 || !Path.IsPathFullyQualified(line[0]))
                throw new FormatException($"the program of {name} needs its whole path, such as /usr/local/bin/notify");
            if (!commands.TryAdd(name, line))
                throw new FormatException($"{name} is given twice");
        }
        return commands;
    }

    public static IPNetwork Network(string text)
        => IPNetwork.TryParse(text, out var network) ? network
            : IPAddress.TryParse(text, out var address) ? new IPNetwork(address, address.GetAddressBytes().Length * 8)
            : throw new FormatException("expected a network such as 127.0.0.0/8, or an address");
}
