using System.Globalization;

namespace Postern.Bench.Recording;

/// <summary>What ./dev bench recording does.</summary>
internal sealed record RecordingOptions
{
    public const string Usage = "./dev bench recording [--shells 100] [--rounds 3]";
    private const int MostShells = 500, MostRounds = 9;

    public int Shells { get; init; } = 100;
    public int Rounds { get; init; } = 3;
    /// <summary>How long the tunnel is measured each time.</summary>
    public TimeSpan Box { get; init; } = TimeSpan.FromSeconds(6);
    /// <summary>The recorded tunnel keeps this part of its speed.</summary>
    public double Goal { get; init; } = 0.9;
    /// <summary>Bytes that the gateway may have resident meanwhile.</summary>
    public double MostMemory { get; init; } = 600e6;

    /// <summary>Null when the arguments cannot be understood.</summary>
    public static RecordingOptions? Parse(string[] args)
    {
        var options = new RecordingOptions();
        for (var i = 0; i < args.Length; i += 2)
        {
            if (i + 1 >= args.Length || !int.TryParse(args[i + 1], NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number == 0)
                return null;
            switch (args[i])
            {
                case "--shells" when number <= MostShells:
                    options = options with { Shells = number };
                    break;
                case "--rounds" when number <= MostRounds:
                    options = options with { Rounds = number };
                    break;
                default:
                    return null;
            }
        }
        return options;
    }
}
