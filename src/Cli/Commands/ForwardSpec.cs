using System.Globalization;
using Postern.Cli.Output;

namespace Postern.Cli.Commands;

/// <summary>One forwarding as written on the command line: [LOCAL:]PORT or [LOCAL:]HOST:PORT.</summary>
/// <param name="LocalPort">0 for any free port.</param>
/// <param name="Host">As seen from the node; null for the node itself.</param>
internal sealed record ForwardSpec(int LocalPort, string? Host, int Port)
{
    public string Remote => Host is null ? $"localhost:{Port}" : Host.Contains(':') ? $"[{Host}]:{Port}" : $"{Host}:{Port}";

    /// <summary>Throws <see cref="CommandException"/> when it cannot be read.</summary>
    public static ForwardSpec Parse(string text)
    {
        var parts = Split(text);
        var (local, host, port) = parts switch
        {
            [var p] => (null, null, p),
            [var l, var p] when IsNumber(l) => (l, null, p),
            [var h, var p] => (null, h, p),
            [var l, var h, var p] => (l, h, p),
            _ => throw Wrong(text),
        };
        if (host is "" or ['-', ..] || !TryPort(port, 1, out var remote) || !TryPort(local ?? "0", 0, out var listen))
            throw Wrong(text);
        return new ForwardSpec(listen, host, remote);
    }

    /// <summary>Splits at colons outside [brackets], which hold an IPv6 address.</summary>
    private static string[] Split(string text)
    {
        var open = text.IndexOf('[');
        if (open < 0)
            return text.Split(':');
        var close = text.IndexOf("]:", open, StringComparison.Ordinal);
        if (close < 0 || (open > 0 && text[open - 1] != ':'))
            throw Wrong(text);
        var address = text[(open + 1)..close];
        return open == 0 ? [address, text[(close + 2)..]] : [text[..(open - 1)], address, text[(close + 2)..]];
    }

    private static bool IsNumber(string text) => text.Length > 0 && text.All(char.IsAsciiDigit);

    private static bool TryPort(string text, int least, out int port)
        => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out port) && port >= least && port <= ushort.MaxValue;

    private static CommandException Wrong(string text)
        => new($"'{text}' is not a forwarding; write [LOCAL:]PORT or [LOCAL:]HOST:PORT, for example 15432:db.internal:5432.", ExitCodes.Usage);
}
