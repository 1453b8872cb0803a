using Postern.Conformance.Support;

namespace Postern.Conformance.Endurance;

/// <summary>The short form of `./dev bench torture`.</summary>
[Collection(nameof(Alone))]
public sealed class TortureTests
{
    private const int Faults = 26, Places = 2;
    /// <summary>Takes about a minute; a busy machine may take its time.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(8);

    [Fact]
    public async Task No_byte_is_lost_or_doubled_whatever_is_killed_cut_or_frozen()
    {
        var seed = Random.Shared.Next(1_000_000);
        var torture = new Command("dotnet", Repository.Built("bench", "Postern.Bench"), "torture", "--quick", "--faults", $"{Faults}", "--places", $"{Places}", "--seed", $"{seed}")
        {
            Environment = new Dictionary<string, string?> { ["ROOT"] = Repository.Root },
        };
        var finished = await Child.RunAsync(torture, within: Limit);
        Assert.True(finished.ExitCode == 0, $"{torture}\n{finished.Output}\n{finished.Errors}");
    }
}
