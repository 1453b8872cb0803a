using Postern.Protocol.Messages;
using Postern.Tests.Support;

namespace Postern.Tests.Agent.Sessions;

public sealed class CommandSessionTests
{
    private static Person Run(string document, string command)
        => new(document, $$"""{"command":{{System.Text.Json.JsonSerializer.Serialize(command)}}}""", TestDocuments.Stock);

    [Fact]
    public async Task An_interactive_command_runs_in_a_terminal_without_handshake()
    {
        await using var person = Run(TestDocuments.Interactive, "tty && stty size && echo $HOME");
        var outcome = await person.EndAsync();
        Assert.True(outcome.Succeeded, outcome.Output);
        Assert.StartsWith("/dev/pts/", person.Output, StringComparison.Ordinal);
        Assert.Contains("24 80", person.Output, StringComparison.Ordinal);
        Assert.Null(person.Request);
    }

    [Fact]
    public async Task Output_before_an_exit_arrives_whole_and_no_character_is_cut()
    {
        // 4000 characters of three bytes each, in messages of 1024 bytes.
        await using var person = Run(TestDocuments.Interactive, "i=0; while [ $i -lt 100 ]; do printf '%s' '€€€€€€€€€€€€€€€€€€€€€€€€€€€€€€€€€€€€€€€€'; i=$((i+1)); done");
        Assert.True((await person.EndAsync()).Succeeded);
        Assert.Equal(new string('€', 4000), person.Output);
        Assert.All(person.Sizes, size => Assert.Equal(0, size % 3));
        Assert.True(person.Sizes.Count >= 12);
    }

    [Fact]
    public async Task A_command_without_a_shell_gets_its_words_as_they_are()
    {
        await using var person = Run(TestDocuments.Command, "printf '%s|' \"a b\" $HOME *");
        Assert.True((await person.EndAsync()).Succeeded);
        Assert.Equal("a b|$HOME|*|", person.Output);
        Assert.Equal("NonInteractiveCommands", person.Request!.RequestedClientActions[0].ActionParameters.GetProperty("SessionType").GetString());
        Assert.NotNull(person.Complete);
    }

    [Fact]
    public async Task Separate_streams_come_apart_and_the_exit_code_last()
    {
        await using var person = Run(TestDocuments.SeparateCommand, "sh -c 'echo out; echo err >&2; exit 3'");
        Assert.True((await person.EndAsync()).Succeeded);
        Assert.Equal("out\n", person.Output);
        Assert.Equal([(PayloadType.StdErr, "E:err\n"), (PayloadType.ExitCode, "EXIT_CODE: 3")], person.Others);
    }

    [Fact]
    public async Task The_end_of_the_output_waits_for_a_client_that_takes_nothing_for_a_while()
    {
        var time = new ManualTime();
        var paused = new TaskCompletionSource();
        var seen = 0;
        await using var person = new Person(TestDocuments.Command, """{"command":"seq 20000"}""", TestDocuments.Stock, nodeTime: time)
        {
            Consumer = async (payload, token) =>
            {
                await paused.Task.WaitAsync(token);
                seen += payload.Length;
            },
        };
        await PassAsync(time, TimeSpan.FromSeconds(20)); // the program has ended; the person looks at the first page
        Assert.False(person.Outcome.IsCompleted);
        paused.SetResult();
        Assert.True((await person.EndAsync()).Succeeded);
        Assert.Equal(Enumerable.Range(1, 20000).Sum(i => $"{i}\n".Length), seen);
    }

    [Fact]
    public async Task What_a_client_does_not_take_at_all_is_said()
    {
        var time = new ManualTime();
        await using var person = new Person(TestDocuments.Command, """{"command":"seq 20000"}""", TestDocuments.Stock, nodeTime: time)
        {
            Consumer = (_, token) => new ValueTask(Task.Delay(Timeout.Infinite, token)),
        };
        await PassAsync(time, TimeSpan.FromSeconds(20));
        time.Advance(TimeSpan.FromMinutes(31));
        var outcome = await person.EndAsync();
        Assert.False(outcome.Succeeded);
        Assert.Contains("did not take the end of the output", outcome.Output, StringComparison.Ordinal);
    }

    private static async Task PassAsync(ManualTime time, TimeSpan duration)
    {
        for (var passed = TimeSpan.Zero; passed < duration; passed += TimeSpan.FromMilliseconds(250))
        {
            time.Advance(TimeSpan.FromMilliseconds(250));
            await Task.Delay(10); // real programs and threads go on beside this clock
        }
    }

    [Fact]
    public async Task A_command_ends_though_it_leaves_a_program_that_never_stops_printing()
    {
        await using var person = Run(TestDocuments.SeparateCommand, "sh -c 'yes & exit 7'");
        Assert.True((await person.EndAsync()).Succeeded);
        Assert.Equal((PayloadType.ExitCode, "EXIT_CODE: 7"), person.Others[^1]);
    }

    [Fact]
    public async Task A_terminal_ends_with_its_command_though_another_program_never_stops_printing()
    {
        await using var person = Run(TestDocuments.Interactive, "trap '' HUP; yes & exit 0");
        Assert.True((await person.EndAsync()).Succeeded);
    }

    [Fact]
    public async Task Ctrl_C_interrupts_a_command()
    {
        await using var person = Run(TestDocuments.SeparateCommand, "sh -c 'echo started; exec sleep 60'");
        await person.SeeAsync("started");
        await person.TypeAsync("\x03");
        Assert.True((await person.EndAsync()).Succeeded);
        Assert.Equal((PayloadType.ExitCode, "EXIT_CODE: 130"), person.Others[^1]);
    }

    [Fact]
    public async Task A_command_that_is_not_there_is_named()
    {
        await using var person = Run(TestDocuments.Command, "no-such-program --x");
        var outcome = await person.EndAsync();
        Assert.False(outcome.Succeeded);
        Assert.Contains("no-such-program", outcome.Output, StringComparison.Ordinal);
        Assert.Contains(person.Others, other => other.Type == PayloadType.StdErr && other.Text.Contains("no-such-program", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("", "properties.linux.commands")]
    [InlineData("echo 'open", "single quote")]
    public async Task A_command_that_cannot_be_split_is_refused(string command, string expected)
    {
        await using var person = Run(TestDocuments.Command, command);
        Assert.Contains(expected, (await person.EndAsync()).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_client_that_refuses_the_session_type_fails_it()
    {
        var refusal = TestDocuments.Stock with { ProcessedClientActions = [new ProcessedClientAction("SessionType", 2, null, "Unknown session type")] };
        await using var person = new Person(TestDocuments.Command, """{"command":"true"}""", refusal);
        Assert.Equal(
            "Encountered error while initiating handshake. SessionType failed on client with status 2 error: Unknown session type",
            (await person.EndAsync()).Output);
    }
}
