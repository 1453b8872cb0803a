using Postern.Bench.Torture.Faults;

namespace Postern.Bench.Torture;

/// <summary>How long and how hard.</summary>
internal sealed record TortureOptions
{
    public const string Usage = "./dev bench torture [--faults N] [--seed N] [--places N] [--quick] [--only KIND,KIND…]";

    public int Faults { get; init; } = 1000;
    public int Seed { get; init; } = 1;

    /// <summary>Gateways with all that belongs to them, tortured at the same time; each gets its part of the faults.</summary>
    public int Places { get; init; } = 3;

    /// <summary>The kinds of fault to look at; empty means all.</summary>
    public IReadOnlyList<FaultKind> Only { get; init; } = [];

    /// <summary>Bytes a second each way of a bulk stream.</summary>
    public int Rate { get; init; } = 1_000_000;

    /// <summary>Only faults that are noticed soon; nothing is written but what went wrong.</summary>
    public bool Quick { get; init; }

    /// <summary>Null when they cannot be understood.</summary>
    public static TortureOptions? Parse(ReadOnlySpan<string> args)
    {
        var options = new TortureOptions();
        while (args.Length > 0)
        {
            if (args[0] == "--quick")
            {
                options = options with { Quick = true, Rate = options.Rate / 2 };
                args = args[1..];
                continue;
            }
            if (args is ["--only", var names, ..])
            {
                var kinds = names.Split(',').Select(name => Enum.TryParse<FaultKind>(name, ignoreCase: true, out var kind) ? kind : (FaultKind?)null).ToList();
                if (kinds.Contains(null))
                    return null;
                options = options with { Only = [.. kinds.OfType<FaultKind>()] };
                args = args[2..];
                continue;
            }
            if (args.Length < 2 || !int.TryParse(args[1], out var number) || number < 0)
                return null;
            var changed = args[0] switch
            {
                "--faults" => options with { Faults = number },
                "--seed" => options with { Seed = number },
                "--places" when number > 0 => options with { Places = number },
                _ => null,
            };
            if (changed is null)
                return null;
            options = changed;
            args = args[2..];
        }
        return options;
    }
}
