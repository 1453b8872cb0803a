using Postern.Conformance.Support;

namespace Postern.Conformance.Endurance;

/// <summary>The small form of `./dev bench load`: every phase of it, and nothing may be lost or left.</summary>
[Collection(nameof(Alone))]
public sealed class LoadTests
{
    /// <summary>Takes about a minute; a busy machine may take its time.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(8);

    [Fact]
    public async Task Two_hundred_nodes_and_their_sessions_lose_and_leave_nothing()
    {
        var load = new Command("dotnet", Repository.Built("bench", "Postern.Bench"), "load", "--small")
        {
            Environment = new Dictionary<string, string?> { ["ROOT"] = Repository.Root },
        };
        var finished = await Child.RunAsync(load, within: Limit);
        Assert.True(finished.ExitCode == 0, $"{load}\n{finished.Output}\n{finished.Errors}");
    }
}
