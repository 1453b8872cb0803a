using Postern.Conformance.Support;
using Postern.Conformance.Support.Persons;

namespace Postern.Conformance.Documents;

/// <summary>The account's preferences, seen from real sessions.</summary>
public sealed class PreferenceTests(PreferencePlace place) : IClassFixture<PreferencePlace>
{
    public static TheoryData<string> Agents => [World.OurAgent, World.StockAgent];

    [Theory]
    [MemberData(nameof(Agents))]
    public async Task A_shell_and_a_command_run_as_the_default_user(string agent)
    {
        var node = await place.NodeAsync(agent);
        await place.PreferAsync(new { runAsEnabled = true, runAsDefaultUser = PreferencePlace.Operator, shellProfile = new { linux = "cd /tmp; echo pro''file-$((40+2))" } });

        await using (var shell = TerminalProcess.Start(Person.Shell(place.Gateway, node.Id)))
        {
            await shell.SeesAsync("profile-42");
            await shell.AnswersAsync("echo i''am=$(id -un) in=$(pwd) home=$HOME", $"iam={PreferencePlace.Operator} in=/tmp home=/home/{PreferencePlace.Operator}");
            await shell.TypeAsync("exit");
            Assert.Equal(0, await shell.ExitAsync());
        }
        await using var command = TerminalProcess.Start(Person.Run(place.Gateway, node.Id, "echo i''am=$(id -un)", interactive: true));
        await command.SeesAsync($"iam={PreferencePlace.Operator}");
        Assert.Equal(0, await command.ExitAsync());
    }

    [Theory]
    [MemberData(nameof(Agents))]
    public async Task The_tag_of_the_person_names_another_user(string agent)
    {
        var node = await place.NodeAsync(agent);
        await place.PreferAsync(new { runAsEnabled = true, runAsDefaultUser = PreferencePlace.Operator });
        await IamAsync("tag-user", "--tags", $"Key=SSMSessionRunAs,Value={PreferencePlace.Other}");
        try
        {
            await using var shell = TerminalProcess.Start(Person.Shell(place.Gateway, node.Id));
            await shell.SeesAsync(@"[$#] ");
            await shell.AnswersAsync("echo i''am=$(id -un)", $"iam={PreferencePlace.Other}");
        }
        finally
        {
            await IamAsync("untag-user", "--tag-keys", "SSMSessionRunAs");
        }
    }

    [Theory]
    [MemberData(nameof(Agents))]
    public async Task A_user_that_is_not_on_the_node_is_named(string agent)
    {
        var node = await place.NodeAsync(agent);
        await place.PreferAsync(new { runAsEnabled = true, runAsDefaultUser = "no-such-user" });

        await using var shell = TerminalProcess.Start(Person.Shell(place.Gateway, node.Id));

        await shell.SeesAsync("no-such-user does not exist");
        await shell.ExitAsync();
    }

    [Theory]
    [MemberData(nameof(Agents))]
    public async Task A_tunnel_is_not_asked_for_a_user(string agent)
    {
        var node = await place.NodeAsync(agent);
        await place.PreferAsync(new { runAsEnabled = true, runAsDefaultUser = "no-such-user", kmsKeyId = "alias/none" });
        await using var server = new Support.Servers.EchoServer();
        var port = FreePort.Take();

        await using var forward = TerminalProcess.Start(Person.Forward(place.Gateway, node.Id, port, server.Port));
        await Person.ForwardReadyAsync(forward);
        await using var connection = await Traffic.ConnectAsync(port);
        await connection.WriteAsync("x"u8.ToArray());

        Assert.Equal(1, await connection.ReadAsync(new byte[1]));
    }

    [Theory]
    [InlineData("kmsKeyId")]
    [InlineData("s3BucketName")]
    public async Task What_cannot_be_done_is_said_before_a_shell_starts(string input)
    {
        var node = await place.NodeAsync(World.OurAgent);
        await place.PreferAsync(new Dictionary<string, object> { [input] = "something" });

        var finished = await Child.RunAsync(Person.Shell(place.Gateway, node.Id));

        Assert.NotEqual(0, finished.ExitCode);
        Assert.Contains($"inputs.{input}", finished.Errors);
    }

    [Theory]
    [MemberData(nameof(Agents))]
    public async Task An_idle_shell_and_one_that_lasts_too_long_end(string agent)
    {
        Assert.SkipWhen(Environment.GetEnvironmentVariable("POSTERN_LONG") != "1", "takes more than a minute: set POSTERN_LONG=1");
        var node = await place.NodeAsync(agent);
        await place.PreferAsync(new { idleSessionTimeout = "1" });
        await using var idle = TerminalProcess.Start(Person.Shell(place.Gateway, node.Id));
        await idle.SeesAsync(@"[$#] ");
        await place.PreferAsync(new { idleSessionTimeout = "0", maxSessionDuration = "1" });
        await using var busy = TerminalProcess.Start(Person.Run(place.Gateway, node.Id, "while sleep 1; do echo busy; done", interactive: true));
        await busy.SeesAsync("busy");

        await idle.SeesAsync("was idle for 60 seconds", within: TimeSpan.FromSeconds(90));
        await busy.SeesAsync("maximum duration of 60 seconds", within: TimeSpan.FromSeconds(90));
        await idle.ExitAsync();
        await busy.ExitAsync();
    }

    private Task IamAsync(string operation, params string[] arguments) => Child.OutputOfAsync(
        AwsCli.Command(place.Gateway, AwsCli.AnyVersion, ["--endpoint-url", place.Gateway.Endpoint, "iam", operation, "--user-name", "admin", .. arguments]));

    private static AwsPerson Person => new(AwsCli.AnyVersion, stockPlugin: false);
}
