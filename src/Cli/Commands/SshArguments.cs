using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Postern.Cli.Config;

namespace Postern.Cli.Commands;

/// <summary>What stands after <c>postern ssh</c>: our options, the target, then everything that is ssh's.</summary>
internal sealed record SshArguments(SettingOptions Settings, bool Stdio, string Target, string[] Rest)
{
    public const int DefaultPort = 22;

    /// <summary>The port, with --stdio.</summary>
    public int Port { get; private init; } = DefaultPort;

    /// <summary>False for anything else, help included: the verb's ordinary parser explains it.</summary>
    public static bool TryParse(ReadOnlySpan<string> args, [NotNullWhen(true)] out SshArguments? parsed)
    {
        parsed = null;
        var settings = SettingOptions.None;
        var stdio = false;
        while (args is [['-', '-', ..] option, ..])
        {
            if (option == "--stdio")
            {
                stdio = true;
                args = args[1..];
            }
            else if (!SettingOptions.TryTake(ref args, ref settings))
            {
                return false;
            }
        }
        if (args is not [var target, .. var rest] || target.StartsWith('-'))
            return false;
        var port = DefaultPort;
        if (stdio && (rest.Length > 1 || (rest is [var text] && !TryPort(text, out port))))
            return false;
        parsed = new SshArguments(settings, stdio, target, rest.ToArray()) { Port = port };
        return true;
    }

    private static bool TryPort(string text, out int port)
        => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out port) && port is > 0 and <= ushort.MaxValue;
}
