using System.Text.Json;
using Postern.Protocol.AwsJson;
using Postern.Server.Documents;

namespace Postern.Tests.Documents;

public sealed class SessionParametersTests
{
    private static readonly DocumentSnapshot Documents = DocumentSnapshot.Empty;

    [Fact]
    public void Lists_of_one_become_texts_and_defaults_are_filled_in()
    {
        var session = Resolve("AWS-StartPortForwardingSession", ("portNumber", ["5432"]));

        Assert.Equal("""{"portNumber":"5432","localPortNumber":"0"}""", session.Parameters.GetRawText());
        Assert.Equal("Port", session.SessionType);
    }

    [Fact]
    public void A_string_list_stays_a_list()
    {
        var session = Documents.Resolve(Document("""{"names":{"type":"StringList"}}"""), Given(("names", ["a", "b"])));

        Assert.Equal("""{"names":["a","b"]}""", session.Parameters.GetRawText());
    }

    [Fact]
    public void The_shell_document_takes_no_parameters_and_ends_after_20_idle_minutes()
    {
        var session = Documents.Resolve(Documents.Latest(SessionDocuments.Default)!, null);

        Assert.Equal("{}", session.Parameters.GetRawText());
        Assert.Equal(TimeSpan.FromMinutes(20), session.IdleTimeout);
        Assert.Null(session.MaxDuration);
    }

    [Fact]
    public void Durations_of_the_document_win_over_the_preferences()
    {
        var document = OwnDocuments.Version("Own", """{"schemaVersion":"1.0","sessionType":"Standard_Stream","inputs":{"idleSessionTimeout":"5","maxSessionDuration":"60"}}""");

        var session = Documents.Resolve(document, null);

        Assert.Equal((TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(60)), (session.IdleTimeout, session.MaxDuration));
    }

    [Theory]
    [InlineData("0")]
    [InlineData("65536")]
    [InlineData("99999")]
    [InlineData("080")]
    [InlineData("22\n")]
    [InlineData("22; id")]
    [InlineData("-1")]
    [InlineData("")]
    public void A_port_that_is_none_is_refused_and_the_parameter_named(string port)
        => AssertInvalid("portNumber", () => Resolve("AWS-StartSSHSession", ("portNumber", [port])));

    [Theory]
    [InlineData("1")]
    [InlineData("22")]
    [InlineData("9999")]
    [InlineData("59999")]
    [InlineData("64999")]
    [InlineData("65535")]
    public void Every_kind_of_port_passes(string port)
        => Assert.Equal(port, Resolve("AWS-StartSSHSession", ("portNumber", [port])).Parameters.GetProperty("portNumber").GetString());

    [Theory]
    [InlineData("localhost")]
    [InlineData("db-1.internal.example.com")]
    [InlineData("_srv.example.com")]
    [InlineData("10.0.0.1")]
    [InlineData("::1")]
    [InlineData("fd00:1::5432")]
    [InlineData("fe80::1%eth0")]
    public void Names_and_addresses_pass_as_hosts(string host)
        => Assert.Equal(host, Resolve("AWS-StartPortForwardingSessionToRemoteHost", ("host", [host])).Parameters.GetProperty("host").GetString());

    [Theory]
    [InlineData("db; id")]
    [InlineData("$(id)")]
    [InlineData("`id`")]
    [InlineData("a|b")]
    [InlineData("a&b")]
    [InlineData("a b")]
    [InlineData("a\tb")]
    [InlineData("db\n")]
    [InlineData("'db'")]
    [InlineData("\"db\"")]
    [InlineData("a<b")]
    [InlineData("{{ portNumber }}")]
    [InlineData("-oProxyCommand")]
    [InlineData("a\\b")]
    [InlineData("a/b")]
    [InlineData("")]
    public void Hosts_with_anything_a_shell_reads_are_refused(string host)
        => AssertInvalid("host", () => Resolve("AWS-StartPortForwardingSessionToRemoteHost", ("host", [host])));

    [Fact]
    public void An_overlong_host_is_refused()
        => AssertInvalid("host", () => Resolve("AWS-StartPortForwardingSessionToRemoteHost", ("host", [new string('a', 256)])));

    [Fact]
    public void An_unknown_parameter_is_named_with_those_that_there_are()
    {
        var error = Assert.Throws<AwsErrorException>(() => Resolve("AWS-StartSSHSession", ("port", ["22"])));

        Assert.Equal("InvalidParameters", error.Code);
        Assert.Contains("\"port\"", error.Message);
        Assert.Contains("portNumber", error.Message);
    }

    [Fact]
    public void A_missing_required_parameter_is_named()
        => AssertInvalid("command", () => Documents.Resolve(Documents.Latest("AWS-StartInteractiveCommand")!, null));

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    public void A_text_takes_exactly_one_value(int count)
        => AssertInvalid("portNumber", () => Resolve("AWS-StartSSHSession", ("portNumber", Enumerable.Repeat("22", count).ToArray())));

    [Fact]
    public void A_null_value_is_refused()
        => AssertInvalid("portNumber", () => Resolve("AWS-StartSSHSession", ("portNumber", [null!])));

    [Fact]
    public void Commands_are_passed_as_they_are_but_not_beyond_their_limit()
    {
        const string Command = "printf '%s\\n' \"$HOME\" | tee /dev/null; echo ünïcode";

        Assert.Equal(Command, Resolve("AWS-StartNonInteractiveCommand", ("command", [Command])).Parameters.GetProperty("command").GetString());
        AssertInvalid("command", () => Resolve("AWS-StartNonInteractiveCommand", ("command", [new string('x', 16385)])));
        AssertInvalid("command", () => Resolve("AWS-StartNonInteractiveCommand", ("command", ["a\0b"])));
    }

    [Fact]
    public void A_parameter_without_a_list_is_refused()
        => AssertInvalid("portNumber", () => Resolve("AWS-StartPortForwardingSession", ("portNumber", null!)));

    [Fact]
    public void All_parameters_together_must_fit_into_a_control_message()
    {
        // Every one of these characters takes six bytes as JSON.
        var error = Assert.Throws<AwsErrorException>(() => Resolve("AWS-StartNonInteractiveCommand", ("command", [new string('\u0001', 16000)])));

        Assert.Contains("too long", error.Message);
    }

    [Fact]
    public void Allowed_values_and_numbers_of_items_are_kept_to()
    {
        var document = Document("""{"colour":{"type":"StringList","allowedValues":["red","blue"],"minItems":1,"maxItems":2}}""");

        Assert.Equal("""{"colour":["red"]}""", Documents.Resolve(document, Given(("colour", ["red"]))).Parameters.GetRawText());
        foreach (string[] values in new string[][] { ["green"], [], ["red", "blue", "red"] })
            AssertInvalid("colour", () => Documents.Resolve(document, Given(("colour", values))));
    }

    private static DocumentVersion Document(string parameters)
        => OwnDocuments.Version("Own", $$"""{"schemaVersion":"1.0","sessionType":"Standard_Stream","parameters":{{parameters}}}""");

    private static ResolvedSession Resolve(string document, params (string, string[])[] given) => Documents.Resolve(Documents.Latest(document)!, Given(given));

    private static Dictionary<string, IReadOnlyList<string>> Given(params (string Name, string[] Values)[] given)
        => given.ToDictionary(pair => pair.Name, IReadOnlyList<string> (pair) => pair.Values);

    private static void AssertInvalid(string parameter, Action resolve)
    {
        var error = Assert.Throws<AwsErrorException>(resolve);
        Assert.Equal("InvalidParameters", error.Code);
        Assert.Contains("arameter " + parameter + " ", error.Message);
    }
}
