using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Postern.Agent.Sessions;
using Postern.Agent.Sessions.Shell;
using Postern.Protocol.Messages;

namespace Postern.Tests.Agent.Sessions;

public sealed class ShellSessionTests
{
    private static string Document(string profile = "", bool runAs = false)
        => TestDocuments.Shell.Replace("PROFILE", profile, StringComparison.Ordinal).Replace("RUNAS", runAs ? "true" : "false", StringComparison.Ordinal);

    /// <summary>A shell without making ssm-user on the machine that runs the tests: an elevated command that is a shell.</summary>
    private static Person Shell() => new(TestDocuments.Interactive, """{"command":"PS1='ready> ' exec bash --norc --noprofile -i"}""");

    [Fact]
    public async Task The_prompt_comes_and_exit_ends_the_session()
    {
        await using var person = Shell();
        await person.SeeAsync("ready> ");
        await person.TypeAsync("exit 5\n");
        Assert.Equal(SessionOutcome.Success, await person.EndAsync());
    }

    [Fact]
    public async Task The_size_of_the_window_is_taken()
    {
        await using var person = Shell();
        await person.SeeAsync("ready> ");
        await person.Stream.SendAsync(PayloadType.Size, Encoding.UTF8.GetBytes("""{"cols":120,"rows":30}"""), CancellationToken.None);
        await person.TypeAsync("stty size\n");
        await person.SeeAsync("30 120");
    }

    [Fact]
    public async Task A_size_that_makes_no_sense_changes_nothing()
    {
        await using var person = Shell();
        await person.SeeAsync("ready> ");
        foreach (var size in (string[])["{}", "x", """{"cols":70000,"rows":1}""", """{"cols":-1,"rows":3}"""])
            await person.Stream.SendAsync(PayloadType.Size, Encoding.UTF8.GetBytes(size), CancellationToken.None);
        await person.TypeAsync("stty size\n");
        await person.SeeAsync("24 80");
    }

    [Fact]
    public async Task A_cut_socket_loses_nothing()
    {
        await using var person = Shell();
        await person.SeeAsync("ready> ");
        await person.TypeAsync("seq 1 20000; echo all''-there\n");
        await person.SeeAsync("5000");
        person.CutSocket();
        await person.SeeAsync("all-there");
        var numbers = Regex.Matches(person.Output, "([0-9]+)\r\n").Select(match => int.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture));
        Assert.Equal(Enumerable.Range(1, 20000), numbers);
        Assert.True(person.Sockets > 1);
    }

    [Fact]
    public async Task Told_to_end_the_shell_and_its_jobs_are_gone()
    {
        await using var person = Shell();
        await person.SeeAsync("ready> ");
        await person.TypeAsync("sleep 1000 & echo job=$! shell=$$; wait\n");
        await person.UntilAsync(() => person.Output.Contains("shell=", StringComparison.Ordinal) && person.Output.Split("shell=").Length > 2);
        var ids = person.Output.Split("job=")[^1].Split('\r')[0].Split(" shell=").Select(int.Parse).ToArray();
        await person.Session.EndAsync(SessionOutcome.Failure("the agent on mi-1 is stopping"));
        Assert.Equal(SessionOutcome.Failure("the agent on mi-1 is stopping"), await person.EndAsync());
        await person.UntilAsync(() => ids.All(id => !Directory.Exists($"/proc/{id}")), () => "jobs gone");
    }

    [Fact]
    public async Task A_run_as_user_gets_its_own_environment_and_terminal()
    {
        Assert.SkipUnless(UserAccount.Current.IsRoot, "only root can run sessions as others");
        // nobody has no login shell; the profile is what it would be asked to run.
        await using var person = new Person(Document(runAs: true), runAsUser: "daemon");
        Assert.SkipUnless(UserAccount.Find("daemon")!.Shell.Contains("nologin", StringComparison.Ordinal), "daemon has a shell here");
        await person.SeeAsync("not available");
        Assert.True((await person.EndAsync()).Succeeded);
    }

    [Theory]
    [InlineData("root", "is root")]
    [InlineData("no-such-user", "no-such-user does not exist")]
    public async Task Run_as_refuses_root_and_strangers(string user, string expected)
    {
        Assert.SkipUnless(UserAccount.Current.IsRoot, "only root can run sessions as others");
        await using var person = new Person(Document(runAs: true), runAsUser: user);
        Assert.Contains(expected, (await person.EndAsync()).Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"schemaVersion":"2.2","sessionType":"Standard_Stream"}""", "schemaVersion")]
    [InlineData("""{"schemaVersion":"1.0","sessionType":"Telepathy"}""", "Telepathy")]
    [InlineData("""{"schemaVersion":"1.0","sessionType":"Standard_Stream","inputs":[]}""", "inputs must be an object")]
    [InlineData("""{"schemaVersion":"1.0","sessionType":"Standard_Stream","inputs":{"runAsEnabled":"maybe"}}""", "inputs.runAsEnabled")]
    [InlineData("""{"schemaVersion":"1.0","sessionType":"Standard_Stream","inputs":{"kmsKeyId":"arn:x"}}""", "inputs.kmsKeyId")]
    [InlineData("""{"schemaVersion":"1.0","sessionType":"Standard_Stream","inputs":{"shellProfile":{"linux":["x"]}}}""", "inputs.shellProfile.linux")]
    [InlineData("""{"schemaVersion":"1.0","sessionType":"Port","properties":{"portNumber":"0"}}""", "properties.portNumber")]
    [InlineData("""{"schemaVersion":"1.0","sessionType":"Port","properties":{"portNumber":["80"]}}""", "properties.portNumber")]
    [InlineData("""{"schemaVersion":"1.0","sessionType":"InteractiveCommands","properties":{"linux":{"commands":"x","runAsElevated":"sure"}}}""", "properties.linux.runAsElevated")]
    [InlineData("[]", "DocumentContent")]
    public async Task A_bad_document_fails_the_session_and_names_the_member(string document, string expected)
    {
        await using var person = new Person(document);
        var outcome = await person.EndAsync();
        Assert.False(outcome.Succeeded);
        Assert.Contains(expected, outcome.Output, StringComparison.Ordinal);
    }
}
