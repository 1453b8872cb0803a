using Postern.Protocol.AwsJson;
using Postern.Server.Documents;
using Postern.Server.Sessions;
using Postern.Server.Settings;
using static Postern.Tests.Documents.OwnDocuments;

namespace Postern.Tests.Documents;

/// <summary>What holds for a session: its document's own word, the setting for its kind, the account's preferences.</summary>
public sealed class PreferenceTests
{
    private const string PortContent = """{"schemaVersion":"1.0","sessionType":"Port","inputs":{"idleSessionTimeout":"30"},"properties":{"portNumber":"22"}}""";
    private const string Me = "arn:aws:iam::000000000000:user/me";

    [Theory]
    [InlineData("SSM-SessionManagerRunShell", "{}", 20)]
    [InlineData("SSM-SessionManagerRunShell", """{"idleSessionTimeout":"7"}""", 7)]
    [InlineData("SSM-SessionManagerRunShell", """{"idleSessionTimeout":"0"}""", null)]
    [InlineData("SSM-SessionManagerRunShell", """{"idleSessionTimeout":""}""", 20)]
    [InlineData("AWS-StartNonInteractiveCommand", """{"idleSessionTimeout":"7"}""", 7)]
    [InlineData("AWS-StartSSHSession", """{"idleSessionTimeout":"7"}""", null)]
    public void The_preferences_limit_idleness_except_of_ports(string document, string inputs, int? minutes)
        => Assert.Equal(Minutes(minutes), Resolve(Under(inputs), document).IdleTimeout);

    [Fact]
    public void A_documents_own_limits_win_over_settings_and_preferences()
    {
        var snapshot = Under("""{"idleSessionTimeout":"7","maxSessionDuration":"60"}""", ("/postern/session/idle-timeout-port", "45"), ("/postern/session/idle-timeout-command", "0"));

        Assert.Equal((Minutes(45), Minutes(60)), Limits(Resolve(snapshot, "AWS-StartSSHSession")));
        Assert.Equal((Minutes(30), Minutes(60)), Limits(snapshot.Resolve(Version("Own", PortContent), null)));
        Assert.Equal((null, Minutes(60)), Limits(Resolve(snapshot, "AWS-StartInteractiveCommand")));
        Assert.Equal((Minutes(3), Minutes(5)), Limits(snapshot.Resolve(Version("Own", Command("ls", inputs: """{"idleSessionTimeout":"3","maxSessionDuration":"5"}""")), null)));
        Assert.Equal((Minutes(7), Minutes(60)), Limits(Resolve(snapshot, SessionDocuments.Default)));
    }

    [Fact]
    public void RunAs_of_the_account_holds_for_documents_that_say_nothing_of_it()
    {
        var snapshot = Under("""{"runAsEnabled":true,"runAsDefaultUser":"operator"}""");

        foreach (var resolved in new[] { Resolve(snapshot, SessionDocuments.Default), Resolve(snapshot, "AWS-StartInteractiveCommand"), snapshot.Resolve(Version("Own", Command("ls")), null) })
        {
            var inputs = resolved.DocumentContent.GetProperty("inputs");
            Assert.True(inputs.GetProperty("runAsEnabled").GetBoolean());
            Assert.Equal("operator", inputs.GetProperty("runAsDefaultUser").GetString());
        }
        var own = snapshot.Resolve(Version("Own", Command("ls", inputs: """{"runAsEnabled":"true","runAsDefaultUser":"other"}""")), null);
        Assert.Equal("other", own.DocumentContent.GetProperty("inputs").GetProperty("runAsDefaultUser").GetString());
        Assert.False(Resolve(snapshot, "AWS-StartSSHSession").DocumentContent.TryGetProperty("inputs", out _));
    }

    [Fact]
    public void The_persons_tag_wins_over_the_default_user()
    {
        var shell = Resolve(Under("""{"runAsEnabled":true,"runAsDefaultUser":"operator"}"""), SessionDocuments.Default);
        var nobody = Resolve(Under("""{"runAsEnabled":true,"runAsDefaultUser":""}"""), SessionDocuments.Default);
        var off = Resolve(Under("""{"runAsDefaultUser":"operator"}"""), SessionDocuments.Default);

        Assert.Equal("me", RunAs.UserFor(Me, "me", shell));
        Assert.Null(RunAs.UserFor(Me, null, shell));
        Assert.Null(RunAs.UserFor(Me, " ", shell));
        Assert.Null(RunAs.UserFor(Me, "me", off));
        Assert.Equal("me", RunAs.UserFor(Me, "me", nobody));
        Assert.Contains("SSMSessionRunAs", Assert.Throws<AwsErrorException>(() => RunAs.UserFor(Me, null, nobody)).Message);
        foreach (var hostile in new[] { "{{ user }}", "a\nb", new string('a', 300) })
            Assert.Throws<AwsErrorException>(() => RunAs.UserFor(Me, hostile, shell));
        Assert.Null(RunAs.UserFor(Me, "me", Resolve(Under("""{"runAsEnabled":true}"""), "AWS-StartSSHSession")));
    }

    [Theory]
    [InlineData("""{"kmsKeyId":"alias/sessions"}""", "kmsKeyId")]
    public void What_cannot_be_kept_refuses_the_session_and_not_a_tunnel(string inputs, string named)
    {
        var snapshot = Under(inputs);
        foreach (var document in new[] { SessionDocuments.Default, "AWS-StartInteractiveCommand" })
        {
            var error = Assert.Throws<AwsErrorException>(() => Resolve(snapshot, document));
            Assert.Equal("InvalidDocument", error.Code);
            Assert.Contains(named, error.Message);
        }
        Assert.Equal("Port", Resolve(snapshot, "AWS-StartSSHSession").SessionType);
    }

    [Fact]
    public void Agents_are_told_of_no_bucket_and_no_log_group()
    {
        var inputs = Resolve(Under("""{"s3BucketName":"logs","s3KeyPrefix":"p","cloudWatchLogGroupName":"g","cloudWatchStreamingEnabled":"true"}"""), SessionDocuments.Default)
            .DocumentContent.GetProperty("inputs");

        Assert.Equal(("", "", "", false), (inputs.GetProperty("s3BucketName").GetString(), inputs.GetProperty("s3KeyPrefix").GetString(), inputs.GetProperty("cloudWatchLogGroupName").GetString(), inputs.GetProperty("cloudWatchStreamingEnabled").GetBoolean()));
    }

    [Theory]
    [InlineData("SSM-SessionManagerRunShell")]
    [InlineData("AWS-StartSSHSession")]
    public void The_log_goes_where_the_preferences_say_and_else_where_the_operator_does(string document)
    {
        var store = new ServerOptions { S3Endpoint = new Uri("https://store.test"), S3Bucket = "all", S3Prefix = "x" };
        var asked = Under("""{"s3BucketName":"team","s3KeyPrefix":"/a/b/","cloudWatchLogGroupName":"g","cloudWatchStreamingEnabled":"false"}""");

        Assert.Equal(new SessionDelivery { Bucket = "team", Prefix = "a/b", LogGroup = "g" }, LogsOf(asked, document, store));
        Assert.Equal(new SessionDelivery { Bucket = "all", Prefix = "x" }, LogsOf(Under("{}"), document, store));
        Assert.Equal(new SessionDelivery { Bucket = "all", Prefix = "x", LogGroup = "h", Streaming = true }, LogsOf(Under("""{"cloudWatchLogGroupName":"h"}"""), document, store));
        Assert.Null(LogsOf(Under("{}"), document, new ServerOptions()));
        Assert.Equal("a/b/anna-1.log", LogsOf(asked, document, store)!.KeyOf("anna-1", ".log"));
        Assert.Equal(LogsOf(asked, document, store), SessionDelivery.FromJson(LogsOf(asked, document, store)!.ToJson()));
    }

    [Fact]
    public void A_bucket_that_cannot_be_had_refuses_shells_and_commands_unless_the_account_says_otherwise()
    {
        var refused = Assert.Throws<AwsErrorException>(() => LogsOf(Under("""{"s3BucketName":"team"}"""), SessionDocuments.Default, new ServerOptions()));

        Assert.Equal("InvalidDocument", refused.Code);
        Assert.Contains("s3BucketName", refused.Message);
        Assert.Null(LogsOf(Under("""{"s3BucketName":"team"}"""), "AWS-StartSSHSession", new ServerOptions()));
        Assert.Null(LogsOf(Under("""{"s3BucketName":"team"}""", ("/postern/session/logging", "ignored")), SessionDocuments.Default, new ServerOptions()));
    }

    [Fact]
    public void A_shell_profile_is_for_shells()
    {
        var snapshot = Under("""{"shellProfile":{"linux":"cd /srv"}}""");

        Assert.Equal("cd /srv", Resolve(snapshot, SessionDocuments.Default).DocumentContent.GetProperty("inputs").GetProperty("shellProfile").GetProperty("linux").GetString());
        Assert.Empty(Resolve(snapshot, "AWS-StartInteractiveCommand").DocumentContent.GetProperty("inputs").GetProperty("shellProfile").EnumerateObject());
    }

    [Fact]
    public void Preferences_that_cannot_be_read_let_no_session_start()
    {
        var broken = Version(SessionDocuments.Default, Shell("{}")) with { Session = null };
        var snapshot = new DocumentSnapshot(1, [broken], new Dictionary<string, string>());

        Assert.Equal("InvalidDocument", Assert.Throws<AwsErrorException>(() => Resolve(snapshot, "AWS-StartSSHSession")).Code);
    }

    [Theory]
    [InlineData("""{"portNumber":"5432","host":"orders-db"}""", "orders-db", 5432)]
    [InlineData("""{"portNumber":"5432"}""", "localhost", 5432)]
    [InlineData("""{"portNumber":"{{ p }}","host":"{{ h }}"}""", "db-1", 80)]
    [InlineData("""{"portNumber":"4{{ p }}","host":"{{ h }}.internal"}""", "db-1.internal", 480)]
    public void Where_a_tunnel_leads_is_known_with_its_parameters(string properties, string host, int port)
        => Assert.Equal(new PortDestination(host, port), Tunnel(properties, "80", "db-1").Destination);

    [Theory]
    [InlineData("0", "db")]
    [InlineData("080", "db")]
    [InlineData("65536", "db")]
    [InlineData("+80", "db")]
    [InlineData("8 0", "db")]
    [InlineData("80", "db; id")]
    [InlineData("80", " db")]
    [InlineData("80", "{{ p }}")]
    [InlineData("80", "-db")]
    public void A_destination_that_an_agent_may_read_in_another_way_is_refused(string port, string host)
        => Assert.Equal("InvalidParameters", Assert.Throws<AwsErrorException>(() => Tunnel("""{"portNumber":"{{ p }}","host":"{{ h }}"}""", port, host)).Code);

    private static ResolvedSession Tunnel(string properties, string port, string host) => DocumentSnapshot.Empty.Resolve(
        Version("Own", $$$"""{"schemaVersion":"1.0","sessionType":"Port","parameters":{"p":{"type":"String"},"h":{"type":"String"}},"properties":{{{properties}}}}"""),
        new Dictionary<string, IReadOnlyList<string>> { ["p"] = [port], ["h"] = [host] });

    private static SessionDelivery? LogsOf(DocumentSnapshot snapshot, string document, ServerOptions options) => new SessionLogs(options).For(Resolve(snapshot, document), snapshot);

    private static ResolvedSession Resolve(DocumentSnapshot snapshot, string document)
        => snapshot.Resolve(snapshot.Latest(document)!, document.EndsWith("Command", StringComparison.Ordinal) ? new Dictionary<string, IReadOnlyList<string>> { ["command"] = ["ls"] } : null);

    private static (TimeSpan?, TimeSpan?) Limits(ResolvedSession resolved) => (resolved.IdleTimeout, resolved.MaxDuration);

    private static TimeSpan? Minutes(int? minutes) => minutes is { } value ? TimeSpan.FromMinutes(value) : null;
}
