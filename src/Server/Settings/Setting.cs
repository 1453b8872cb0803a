namespace Postern.Server.Settings;

/// <summary>One thing an operator can set: --name on the command line, "name" in the file, POSTERN_NAME in the environment.</summary>
/// <param name="Name">Lower case, words joined by '-'.</param>
/// <param name="Value">What the value is, for --help: DIR, ADDR:PORT.</param>
/// <param name="Help">One line for --help, the default included.</param>
/// <param name="Apply">Puts the parsed value into the options; throws FormatException with a text that says what is expected.</param>
internal sealed record Setting(string Name, string Value, string Help, Func<ServerOptions, IReadOnlyList<string>, ServerOptions> Apply)
{
    /// <summary>May be given several times (in the file as an array, in the environment separated by commas).</summary>
    public bool Repeatable { get; init; }

    public string Option => "--" + Name;
    public string Variable => "POSTERN_" + Name.ToUpperInvariant().Replace('-', '_');

    public static Setting Single(string name, string value, string help, Func<ServerOptions, string, ServerOptions> apply)
        => new(name, value, help, (options, values) => apply(options, values[0]));
}
