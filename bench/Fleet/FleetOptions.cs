using System.Globalization;

namespace Postern.Bench.Fleet;

/// <summary>How large the load is. Every phase has a limit, so the run ends by itself.</summary>
internal sealed record FleetOptions
{
    public int Nodes { get; init; } = 10_000;
    /// <summary>Held open at once.</summary>
    public int Sessions { get; init; } = 1000;
    /// <summary>Session starts a second.</summary>
    public int Rate { get; init; } = 200;
    public TimeSpan RateTime { get; init; } = TimeSpan.FromSeconds(15);
    /// <summary>Sessions begun before the starts that count: a gateway's first hundreds are slower, because its code is compiled meanwhile.</summary>
    public int WarmStarts { get; init; } = 400;
    public TimeSpan IdleTime { get; init; } = TimeSpan.FromSeconds(60);
    /// <summary>New nodes a second.</summary>
    public int ConnectRate { get; init; } = 150;
    /// <summary>Nodes of one process.</summary>
    public int NodesPerProcess { get; init; } = 2500;
    /// <summary>Kill the gateway with all nodes connected and start it again.</summary>
    public bool Restart { get; init; } = true;
    /// <summary>Sessions of each kind on one real agent, to see what one costs.</summary>
    public int AgentSessions { get; init; } = 100;
    public TimeSpan ConnectLimit { get; init; } = TimeSpan.FromMinutes(4);
    public TimeSpan StepLimit { get; init; } = TimeSpan.FromSeconds(90);
    /// <summary>Where load.md and load.json go; null: only to standard output.</summary>
    public string? Folder { get; init; }

    public int Processes => Math.Max(1, (Nodes + NodesPerProcess - 1) / NodesPerProcess);

    /// <summary>As small as a test may be, with every phase.</summary>
    public FleetOptions Small => this with
    {
        Nodes = 200,
        Sessions = 50,
        Rate = 20,
        RateTime = TimeSpan.FromSeconds(4),
        WarmStarts = 20,
        IdleTime = TimeSpan.FromSeconds(4),
        NodesPerProcess = 100,
        ConnectRate = 50,
        AgentSessions = 5,
        Folder = null,
    };

    public const string Usage = "./dev bench load [--nodes N] [--sessions M] [--rate R] [--idle SECONDS] [--small] [--no-restart]";

    /// <summary>Null when the arguments cannot be understood.</summary>
    public static FleetOptions? Parse(ReadOnlySpan<string> arguments, string folder)
    {
        var options = new FleetOptions { Folder = folder };
        for (var i = 0; i < arguments.Length; i++)
        {
            var number = i + 1 < arguments.Length && int.TryParse(arguments[i + 1], NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value : -1;
            switch (arguments[i])
            {
                case "--small":
                    options = options.Small;
                    continue;
                case "--no-restart":
                    options = options with { Restart = false };
                    continue;
                case "--nodes" when number > 0:
                    options = options with { Nodes = number };
                    break;
                case "--sessions" when number >= 0:
                    options = options with { Sessions = number };
                    break;
                case "--rate" when number >= 0:
                    options = options with { Rate = number };
                    break;
                case "--idle" when number >= 0:
                    options = options with { IdleTime = TimeSpan.FromSeconds(number) };
                    break;
                default:
                    return null;
            }
            i++;
        }
        return options;
    }
}
