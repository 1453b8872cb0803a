using System.Text.Json;
using Postern.Agent.Sessions;
using Postern.Agent.Sessions.Shell;

namespace Postern.Tests.Agent.Sessions;

/// <summary>Sessions as another user of the node. daemon is on every Linux machine; its login shell is none, so commands are run.</summary>
public sealed class RunAsTests
{
    private const string User = "daemon";
    // The quotes keep what the terminal or the shell echoes apart from what the program says.
    private const string Report = "echo us''er=$(id -un) uid=$(id -u):$(id -g) groups=$(id -G) home=$HOME name=$USER:$LOGNAME shell=$SHELL caps=$(grep CapEff /proc/self/status | cut -f2) folder=$(pwd) e''nd";

    private static string Document(string type, string command, string user, bool elevated = false) => JsonSerializer.Serialize(new
    {
        schemaVersion = "1.0",
        sessionType = type,
        inputs = new { runAsEnabled = true, runAsDefaultUser = user },
        properties = new { linux = new { commands = command, runAsElevated = elevated } },
    });

    [Theory]
    [InlineData("", User)]
    [InlineData(User, "no-such-user")]
    public async Task An_interactive_command_runs_as_the_persons_user_or_the_default_one(string personsUser, string defaultUser)
    {
        Assert.SkipUnless(UserAccount.Current.IsRoot, "only root can run sessions as others");
        var user = UserAccount.Find(User)!;

        await using var person = new Person(Document("InteractiveCommands", Report + "; test -O $(tty) && echo my-terminal", defaultUser), runAsUser: personsUser);

        await person.SeeAsync("my-terminal");
        Assert.True((await person.EndAsync()).Succeeded);
        Assert.Contains($"user={User} uid={user.UserId}:{user.GroupId} groups={user.GroupId}", person.Output, StringComparison.Ordinal);
        Assert.Contains($"home={user.Home} name={User}:{User} shell={user.Shell} caps=0000000000000000", person.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_command_without_a_terminal_runs_as_the_user_too()
    {
        Assert.SkipUnless(UserAccount.Current.IsRoot, "only root can run sessions as others");

        await using var person = new Person(Document("NonInteractiveCommands", "sh -c '" + Report.Replace("''", "", StringComparison.Ordinal) + "'", User), response: TestDocuments.Stock);

        await person.SeeAsync(" end");
        Assert.Contains($"user={User} ", person.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_user_cannot_read_what_only_root_may()
    {
        Assert.SkipUnless(UserAccount.Current.IsRoot, "only root can run sessions as others");

        await using var person = new Person(Document("InteractiveCommands", "cat /etc/shadow > /dev/null 2>&1 || echo re''fused", User));

        await person.SeeAsync("refused");
    }

    [Theory]
    [InlineData("InteractiveCommands")]
    [InlineData("NonInteractiveCommands")]
    public async Task A_user_that_is_not_there_is_named(string type)
    {
        Assert.SkipUnless(UserAccount.Current.IsRoot, "only root can run sessions as others");

        await using var person = new Person(Document(type, "id", "no-such-user"), response: TestDocuments.Stock);

        var outcome = await person.EndAsync();
        Assert.False(outcome.Succeeded);
        Assert.Contains("no-such-user does not exist", outcome.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("uid=", person.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_any_user_the_session_does_not_begin()
    {
        await using var person = new Person(Document("InteractiveCommands", "id", " "));

        Assert.Contains("please set the RunAs default user", (await person.EndAsync()).Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("0")]
    [InlineData("daemon;id")]
    [InlineData("../daemon")]
    [InlineData("--reuid=0")]
    public async Task Nothing_but_the_name_of_a_user_is_one(string user)
    {
        Assert.SkipUnless(UserAccount.Current.IsRoot, "only root can run sessions as others");
        await using var person = new Person(Document("InteractiveCommands", "id", User), runAsUser: user);

        var outcome = await person.EndAsync();
        Assert.False(outcome.Succeeded);
        Assert.DoesNotContain("uid=", person.Output, StringComparison.Ordinal);
        Assert.Contains(user, outcome.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_port_is_nobodys()
    {
        const string document = """{"schemaVersion":"1.0","sessionType":"Port","inputs":{"runAsEnabled":true,"runAsDefaultUser":"no-such-user"},"properties":{"portNumber":"1"}}""";

        await using var person = new Person(document, response: TestDocuments.Ours);

        var outcome = await person.EndAsync();
        Assert.False(outcome.Succeeded);
        Assert.DoesNotContain("no-such-user", outcome.Output, StringComparison.Ordinal);
        Assert.NotEqual(SessionOutcome.Success, outcome);
    }
}
