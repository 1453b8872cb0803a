using Postern.Conformance.Support;
using Postern.Conformance.Support.Persons;
using Postern.Conformance.Support.Servers;

namespace Postern.Conformance.Endurance;

/// <summary>Many sessions, one after another and at once, with clients that go in every way: nothing stays behind.</summary>
[Collection(nameof(Alone))]
public sealed class ManySessionsTests
{
    /// <summary>A client that is cut may come back for 15 s; then there are 5 s for the agent to confirm the end.</summary>
    private static readonly TimeSpan ResumeWindow = TimeSpan.FromSeconds(60);

    private static readonly bool Long = Environment.GetEnvironmentVariable("POSTERN_LONG") == "1";

    /// <summary>Kind of session, ends, number. With AWS's ends every session is slow to start: fewer, unless POSTERN_LONG=1 asks for all.</summary>
    public static TheoryData<string, string, int> Rows(int ours, int stock)
    {
        var rows = new TheoryData<string, string, int>();
        foreach (var kind in new[] { "port", "ssh", "shell" })
        {
            rows.Add(kind, World.OurAgent, ours);
            rows.Add(kind, World.StockAgent, Long ? ours : stock);
        }
        return rows;
    }

    [Theory]
    [MemberData(nameof(Rows), 200, 12)]
    public async Task One_after_another_none_dies_and_nothing_stays(string kind, string ends, int count)
    {
        await using var place = await Place.MakeAsync(ends);
        await place.UseAsync(kind, 0);
        var sockets = place.Sockets();
        for (var i = 1; i < count; i++)
            await place.UseAsync(kind, i);
        await place.NothingStaysAsync(ResumeWindow, sockets);
    }

    [Theory]
    [MemberData(nameof(Rows), 50, 8)]
    public async Task At_once_none_dies_and_nothing_stays(string kind, string ends, int count)
    {
        if (ends == World.StockAgent && InotifyLimit.Limited(count) is { } reason)
            Assert.Skip(reason);
        await using var place = await Place.MakeAsync(ends);
        await place.UseAsync(kind, 0);
        var sockets = place.Sockets();
        await Task.WhenAll(Enumerable.Range(1, count).Select(i => place.UseAsync(kind, i)));
        await place.NothingStaysAsync(ResumeWindow, sockets);
    }
}

/// <summary>These tests load the machine: nothing runs beside them.</summary>
[CollectionDefinition(nameof(Alone), DisableParallelization = true)]
public sealed class Alone;
