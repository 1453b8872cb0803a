using Postern.Conformance.Support;

namespace Postern.Conformance.Sessions;

/// <summary>A shell on a node, as a person uses it.</summary>
public sealed class ShellTests(World world)
{
    private const string Prompt = @"[$#] (\x1b\[[?0-9;]*[a-zA-Z])*$";

    [Theory]
    [MemberData(nameof(World.Matrix), MemberType = typeof(World))]
    public async Task A_shell_shows_a_prompt_runs_commands_and_ends_with_exit(string agent, string person)
    {
        var way = World.Person(person);
        var node = await world.NodeAsync(agent);
        await using var shell = TerminalProcess.Start(way.Shell(node.Gateway, node.Id), columns: 100, rows: 30);
        await shell.SeesAsync(Prompt);

        await shell.AnswersAsync("echo answer-$((6*7))", "answer-42");
        await shell.AnswersAsync("echo grö''ße-日''本語", "größe-日本語");
        await SizeBecomesAsync(shell, "30 100");
        shell.Resize(columns: 123, rows: 41);
        await SizeBecomesAsync(shell, "41 123");

        // In the foreground before it says so: the plain shell loses an interrupt that comes while it starts a program.
        await shell.AnswersAsync("sh -c \"echo sleep''ing; exec sleep 1000\"", "sleeping");
        var from = shell.Screen.Length;
        await shell.SendAsync("\x03");
        await shell.SeesAsync(Prompt, from);
        await shell.AnswersAsync("echo still-$((1+1))", "still-2");

        await shell.TypeAsync("exit");
        Assert.Equal(0, await shell.ExitAsync());
    }

    [Theory]
    [MemberData(nameof(World.Matrix), MemberType = typeof(World))]
    public async Task A_long_output_arrives_whole_and_in_order(string agent, string person)
    {
        var way = World.Person(person);
        var node = await world.NodeAsync(agent);
        await using var shell = TerminalProcess.Start(way.Shell(node.Gateway, node.Id));
        await shell.SeesAsync(Prompt);

        var from = shell.Screen.Length;
        await shell.TypeAsync("seq 1 20000; echo the-''end");
        await shell.SeesAsync("the-end", from);

        var numbers = shell.Screen.Text[from..].Split("\r\n").Where(line => int.TryParse(line, out _)).Select(int.Parse);
        Assert.Equal(Enumerable.Range(1, 20000), numbers);
        await shell.TypeAsync("exit");
        Assert.Equal(0, await shell.ExitAsync());
    }

    // AWS's plugin uses the number of a key for a window size now and then, if both come at once, and leaves the next number out.
    [Theory]
    [InlineData(World.OurAgent, "aws v2, AWS's plugin")]
    [InlineData(World.StockAgent, "aws v2, AWS's plugin")]
    [InlineData(World.OurAgent, "postern")]
    public async Task Typing_while_the_window_changes_loses_neither_text_nor_size(string agent, string person)
    {
        const int lines = 1500;
        var way = World.Person(person);
        var node = await world.NodeAsync(agent);
        await using var shell = TerminalProcess.Start(way.Shell(node.Gateway, node.Id), columns: 100, rows: 30);
        await shell.SeesAsync(Prompt);
        await shell.AnswersAsync("stty -echo; echo rea''dy; grep --line-buffered ^k", "ready");

        var from = shell.Screen.Length;
        for (var line = 0; line < lines; line++)
        {
            if (line % 50 == 0)
                shell.Resize(columns: (ushort)(100 + line / 50), rows: 30);
            await shell.TypeAsync($"k{line}");
            await Task.Delay(1); // a fast typist
        }
        await shell.SeesAsync($@"k{lines - 1}\r*\n", from);
        var typed = shell.Screen.Text[from..].Split('\n').Select(line => line.Trim('\r')).Where(line => line.StartsWith('k'));
        Assert.Equal(Enumerable.Range(0, lines).Select(line => $"k{line}"), typed);
        await shell.SendAsync("\x04");
        await SizeBecomesAsync(shell, $"30 {100 + (lines - 1) / 50}");
        await shell.TypeAsync("exit");
        Assert.Equal(0, await shell.ExitAsync());
    }

    // A new size travels when the client notices it, which AWS's plugin does twice a second.
    private static Task SizeBecomesAsync(TerminalProcess shell, string size) => Deadline.UntilAsync($"stty size to say {size}", async () =>
        (await shell.AnswersAsync("stty size", @"(?<size>\d+ \d+)\r*\n")).Groups["size"].Value == size);
}
