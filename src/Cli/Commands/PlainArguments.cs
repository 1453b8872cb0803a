using System.Diagnostics.CodeAnalysis;
using Postern.Cli.Config;

namespace Postern.Cli.Commands;

/// <summary>
/// A verb with its plainest words: options that name the gateway, then operands. What most calls are made of, read without the
/// ordinary parser, which takes as long to make ready as a session.
/// </summary>
/// <param name="Settings">Which gateway, as whom.</param>
/// <param name="Operands">At least one. None begins with a sign that means something to the ordinary parser.</param>
internal sealed record PlainArguments(SettingOptions Settings, string[] Operands)
{
    /// <summary>False for anything else, help and mistakes included: the ordinary parser explains them.</summary>
    public static bool TryParse(ReadOnlySpan<string> args, [NotNullWhen(true)] out PlainArguments? parsed)
    {
        parsed = null;
        var settings = SettingOptions.None;
        var operands = new List<string>();
        while (!args.IsEmpty)
        {
            if (args[0].StartsWith("--", StringComparison.Ordinal))
            {
                // A value that looks like an option is one somebody forgot the value of.
                if (args is [_, ['-', ..], ..] || !SettingOptions.TryTake(ref args, ref settings))
                    return false;
                continue;
            }
            if (args[0] is "" or ['-' or '@' or '[' or '/', ..])
                return false;
            operands.Add(args[0]);
            args = args[1..];
        }
        if (operands.Count == 0)
            return false;
        parsed = new PlainArguments(settings, [.. operands]);
        return true;
    }
}
