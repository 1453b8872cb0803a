using Postern.Conformance.Support;

namespace Postern.Conformance.Sessions;

/// <summary>One command instead of a shell.</summary>
public sealed class CommandTests(World world)
{
    [Theory]
    [MemberData(nameof(World.Matrix), MemberType = typeof(World))]
    public async Task An_interactive_command_talks_with_the_person(string agent, string person)
    {
        var way = World.Person(person);
        var node = await world.NodeAsync(agent);
        await using var command = TerminalProcess.Start(way.Run(node.Gateway, node.Id, "printf 'name? '; read name; echo \"hello $name\"", interactive: true));
        await command.SeesAsync(@"name\? ");

        await command.AnswersAsync("world", "hello world");

        Assert.Equal(0, await command.ExitAsync());
    }

    [Theory]
    [MemberData(nameof(World.Matrix), MemberType = typeof(World))]
    public async Task A_non_interactive_command_prints_its_output_and_ends(string agent, string person)
    {
        var way = World.Person(person);
        var node = await world.NodeAsync(agent);
        await using var command = TerminalProcess.Start(way.Run(node.Gateway, node.Id, "seq -s - 1 9", interactive: false));

        await command.SeesAsync("1-2-3-4-5-6-7-8-9");

        Assert.Equal(0, await command.ExitAsync());
    }
}
