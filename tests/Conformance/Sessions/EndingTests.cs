using Postern.Conformance.Support;
using Postern.Conformance.Support.Persons;
using Postern.Conformance.Support.Servers;

namespace Postern.Conformance.Sessions;

/// <summary>Sessions that somebody else ends.</summary>
public sealed class EndingTests(World world)
{
    [Theory]
    [MemberData(nameof(World.Matrix), MemberType = typeof(World))]
    public async Task TerminateSession_ends_a_shell_on_both_sides(string agent, string person)
    {
        var way = World.Person(person);
        var node = await world.NodeAsync(agent);
        var before = await node.Gateway.Api.ActiveSessionsAsync();
        await using var shell = TerminalProcess.Start(way.Shell(node.Gateway, node.Id));
        await shell.SeesAsync(@"[$#] ");
        // A marker of this shell alone, to be found among the node's processes.
        var marker = $"7{Random.Shared.Next(100_000, 999_999)}";
        await shell.AnswersAsync($"echo go''ing; sleep {marker}", "going");
        await Deadline.UntilAsync("the command to run on the node",
            () => node.ProcessesOfSessions().Any(line => line.EndsWith($"sleep {marker}", StringComparison.Ordinal)));

        var session = Person.SessionId().Match(shell.Screen.Text) is { Success: true } match
            ? match.Groups["id"].Value
            : await SessionOfAsync(node, before, marker);
        await node.Gateway.Api.CallAsync("TerminateSession", new { SessionId = session });

        await shell.ExitAsync();
        await Deadline.UntilAsync("the command on the node to be gone",
            () => !node.ProcessesOfSessions().Any(line => line.EndsWith($"sleep {marker}", StringComparison.Ordinal)));
        await Deadline.UntilAsync($"{session} to be over", async () => !(await node.Gateway.Api.ActiveSessionsAsync()).Contains(session));
    }

    [Theory]
    [MemberData(nameof(World.Matrix), MemberType = typeof(World))]
    public async Task TerminateSession_ends_a_forward_on_both_sides(string agent, string person)
    {
        var way = World.Person(person);
        var node = await world.NodeAsync(agent);
        await using var server = new EchoServer();
        var port = FreePort.Take();
        await using var forward = TerminalProcess.Start(way.Forward(node.Gateway, node.Id, port, server.Port));
        var session = await way.ForwardReadyAsync(forward);
        await using var connection = await Traffic.ConnectAsync(port);
        await connection.WriteAsync("x"u8.ToArray());
        Assert.Equal(1, await connection.ReadAsync(new byte[1]));

        await node.Gateway.Api.CallAsync("TerminateSession", new { SessionId = session });

        await forward.ExitAsync();
        await Deadline.UntilAsync("the connection at the destination to end", () => server.Open == 0);
    }

    [Theory]
    [MemberData(nameof(World.Matrix), MemberType = typeof(World))]
    public async Task A_person_is_told_who_ended_the_shell(string agent, string person)
    {
        var way = World.Person(person);
        var node = await world.NodeAsync(agent);
        var before = await node.Gateway.Api.ActiveSessionsAsync();
        var other = await world.TerminatorAsync();
        await using var shell = TerminalProcess.Start(way.Shell(node.Gateway, node.Id));
        await shell.SeesAsync(@"[$#] ");
        var marker = $"8{Random.Shared.Next(100_000, 999_999)}";
        await shell.AnswersAsync($"echo at $(({marker}+0))", $"at {marker}");

        var session = Person.SessionId().Match(shell.Screen.Text) is { Success: true } match
            ? match.Groups["id"].Value
            : await SessionOfAsync(node, before, marker);
        Assert.Contains($"{session} terminated", await Child.OutputOfAsync(PosternPerson.Postern(node.Gateway, "terminate", session).With(other.Environment)));

        await shell.ExitAsync();
        await shell.SeesAsync($"Terminated by {other.Arn}");
    }

    // postern does not print the id of a shell's session: it is the one whose command line the marker stands in, found by ending nothing else.
    private static async Task<string> SessionOfAsync(Node node, IReadOnlyList<string> before, string marker)
    {
        var answer = await node.Gateway.Api.CallAsync("DescribeSessions", new { State = "Active", Filters = new[] { new { key = "Target", value = node.Id } } });
        var candidates = answer["Sessions"]!.AsArray()
            .Where(session => session!["DocumentName"]?.GetValue<string>() is null or "SSM-SessionManagerRunShell" && !before.Contains(session["SessionId"]!.GetValue<string>()))
            .ToList();
        Assert.True(candidates.Count > 0, $"no shell session of {node.Id} is active (marker {marker})");
        return candidates.MaxBy(session => session!["StartDate"]!.GetValue<double>())!["SessionId"]!.GetValue<string>();
    }
}
