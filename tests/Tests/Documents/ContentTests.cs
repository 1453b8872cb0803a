using Postern.Protocol.AwsJson;
using Postern.Server.Documents.Content;

namespace Postern.Tests.Documents;

public sealed class ContentTests
{
    [Theory]
    [InlineData("not json", "not JSON")]
    [InlineData("", "not JSON")]
    [InlineData("[]", "must be an object")]
    [InlineData("null", "must be an object")]
    [InlineData("""{"schemaVersion":"1.0"}""", "sessionType")]
    [InlineData("""{"schemaVersion":"1.0","sessionType":"Shell"}""", "sessionType")]
    [InlineData("""{"schemaVersion":"1.0","sessionType":"Port","mainSteps":[]}""", "mainSteps")]
    [InlineData("""{"schemaVersion":"1.0","sessionType":"Port","Properties":{}}""", "must be written properties")]
    [InlineData("""{"schemaVersion":"1.0","sessionType":"Standard_Stream","inputs":{},"inputs":{}}""", "once")]
    [InlineData("""{"schemaVersion":"1.0","sessionType":"Port"}""", "properties.portNumber")]
    [InlineData("""{"schemaVersion":"1.0","sessionType":"Port","properties":{"portNumber":80}}""", "properties.portNumber")]
    [InlineData("""{"schemaVersion":"1.0","sessionType":"Port","properties":{"portNumber":"80","type":"RemotePortForwarding"}}""", "properties.type")]
    [InlineData("""{"schemaVersion":"1.0","sessionType":"Port","properties":{"portNumber":"{{ port }}"}}""", "parameter port")]
    [InlineData("""{"schemaVersion":"1.0","sessionType":"Port","properties":{"portNumber":"{{ssm:port}}"}}""", "Parameter Store")]
    [InlineData("""{"schemaVersion":"1.0","sessionType":"InteractiveCommands","properties":{}}""", "at least one of windows, linux, macos")]
    [InlineData("""{"schemaVersion":"1.0","sessionType":"InteractiveCommands","properties":{"linux":{"commands":" "}}}""", "properties.linux.commands")]
    [InlineData("""{"schemaVersion":"1.0","sessionType":"InteractiveCommands","properties":{"linux":{"commands":["ls"]}}}""", "properties.linux.commands")]
    [InlineData("""{"schemaVersion":"1.0","sessionType":"InteractiveCommands","properties":{"linux":{"commands":"ls","runAsElevated":"maybe"}}}""", "runAsElevated")]
    [InlineData("""{"schemaVersion":"1.0","sessionType":"NonInteractiveCommands","properties":{"linux":{"commands":"ls","stdOutSeparatorPrefix":"<>"}}}""", "stdOutSeparatorPrefix")]
    public void What_agents_would_drop_or_read_in_another_way_is_refused_and_named(string content, string named)
        => Assert.Contains(named, Refused(content));

    [Theory]
    [InlineData("""{"port-number":{"type":"String"}}""", "port-number")]
    [InlineData("""{"port":{"type":"Integer"}}""", "parameters.port.type")]
    [InlineData("""{"port":{}}""", "parameters.port.type")]
    [InlineData("""{"port":null}""", "parameters.port")]
    [InlineData("""{"port":{"type":"String","allowedPatern":"^a$"}}""", "parameters.port.allowedPatern is not known")]
    [InlineData("""{"port":{"type":"String","AllowedPattern":"^a$"}}""", "must be written allowedPattern")]
    [InlineData("""{"port":{"type":"String","interpolationType":"ENV_VAR"}}""", "interpolationType")]
    [InlineData("""{"port":{"type":"String","allowedPattern":"("}}""", "not a regular expression")]
    [InlineData("""{"port":{"type":"String","allowedPattern":"(a)\\1"}}""", "linear time")]
    [InlineData("""{"port":{"type":"String","allowedPattern":"(?=a)a"}}""", "linear time")]
    [InlineData("""{"port":{"type":"String","allowedPattern":5}}""", "must be a text")]
    [InlineData("""{"port":{"type":"String","allowedValues":"a"}}""", "must be a list of texts")]
    [InlineData("""{"port":{"type":"String","allowedValues":[]}}""", "must not be empty")]
    [InlineData("""{"port":{"type":"String","maxChars":-1}}""", "maxChars")]
    [InlineData("""{"port":{"type":"String","default":80}}""", "parameters.port.default must be a text")]
    [InlineData("""{"port":{"type":"String","allowedPattern":"^[0-9]+$","default":"ssh"}}""", "parameters.port.default must match")]
    [InlineData("""{"port":{"type":"StringList","default":"ssh"}}""", "must be a list of texts")]
    public void A_parameter_with_a_rule_that_cannot_be_kept_is_refused(string parameters, string named)
        => Assert.Contains(named, Refused($$"""{"schemaVersion":"1.0","sessionType":"Standard_Stream","parameters":{{parameters}}}"""));

    [Theory]
    [InlineData("""{"idleSessionTimeout":"61"}""", "idleSessionTimeout")]
    [InlineData("""{"idleSessionTimeout":"-1"}""", "idleSessionTimeout")]
    [InlineData("""{"idleSessionTimeout":20}""", "written as a text")]
    [InlineData("""{"idleSessionTimeout":"{{ idle }}"}""", "idleSessionTimeout")]
    [InlineData("""{"idleSessionTimeOut":"20"}""", "must be written idleSessionTimeout")]
    [InlineData("""{"maxSessionDuration":"0"}""", "maxSessionDuration")]
    [InlineData("""{"maxSessionDuration":"1441"}""", "maxSessionDuration")]
    [InlineData("""{"runAsEnabled":"yes"}""", "runAsEnabled")]
    [InlineData("""{"runAsEnabled":1}""", "runAsEnabled")]
    [InlineData("""{"runasEnabled":true}""", "must be written runAsEnabled")]
    [InlineData("""{"kmsKeyId":"{{ key }}"}""", "may not contain parameters")]
    [InlineData("""{"s3BucketName":null}""", "s3BucketName")]
    [InlineData("""{"shellProfile":"ls"}""", "inputs.shellProfile must be an object")]
    [InlineData("""{"shellProfile":{"linux":["ls"]}}""", "inputs.shellProfile.linux")]
    [InlineData("""{"recordEverything":true}""", "recordEverything is not known")]
    public void A_preference_that_cannot_be_kept_is_refused(string inputs, string named) => Assert.Contains(named, Refused(OwnDocuments.Shell(inputs)));

    [Fact]
    public void Another_schema_version_has_its_own_error()
    {
        foreach (var content in new[] { """{"schemaVersion":"2.2","mainSteps":[]}""", """{"schemaVersion":"2.2","sessionType":"Port"}""" })
            Assert.Contains(Assert.Throws<AwsErrorException>(() => SessionDocument.Parse("Own", content)).Code, new[] { "InvalidDocumentSchemaVersion", "InvalidDocumentContent" });
        Assert.Equal("InvalidDocumentSchemaVersion", Assert.Throws<AwsErrorException>(() => SessionDocument.Parse("Own", """{"schemaVersion":"0.3","sessionType":"Port"}""")).Code);
    }

    [Fact]
    public void A_document_has_at_most_64_KiB_and_is_not_read_otherwise()
    {
        var room = SessionDocument.MaxBytes - OwnDocuments.Shell("{}").Length;

        Assert.Equal("MaxDocumentSizeExceeded", Assert.Throws<AwsErrorException>(() => SessionDocument.Parse("Own", OwnDocuments.Shell("{}") + new string(' ', room + 1))).Code);
        Assert.Equal("Standard_Stream", SessionDocument.Parse("Own", OwnDocuments.Shell("{}") + new string(' ', room)).SessionType);
        Assert.Equal("MaxDocumentSizeExceeded", Assert.Throws<AwsErrorException>(() => SessionDocument.Parse("Own", new string('ä', SessionDocument.MaxBytes / 2 + 1))).Code);
    }

    [Theory]
    [InlineData("""{"schemaVersion":"1.0","sessionType":"Standard_Stream","description":"\ud800"}""")]
    [InlineData("""{"schemaVersion":"1.0","sessionType":"Standard_Stream","\ud800":1}""")]
    [InlineData("""{"schemaVersion":"1.0","sessionType":"Standard_Stream","parameters":{"\ud800":{}}}""")]
    public void Half_a_surrogate_pair_is_refused(string content) => Refused(content);

    [Fact]
    public void Nesting_without_end_is_refused()
        => Refused(OwnDocuments.Shell(string.Concat(Enumerable.Repeat("{\"a\":", 10_000)) + "1" + new string('}', 10_000)));

    [Theory]
    [InlineData("""{"schemaVersion":"1.0","description":"Document to hold regional settings for Session Manager","sessionType":"Standard_Stream","inputs":{"s3BucketName":"","s3KeyPrefix":"","s3EncryptionEnabled":true,"cloudWatchLogGroupName":"","cloudWatchEncryptionEnabled":true,"cloudWatchStreamingEnabled":false,"kmsKeyId":"","runAsEnabled":false,"runAsDefaultUser":"","idleSessionTimeout":"","maxSessionDuration":"","shellProfile":{"windows":"date","linux":"pwd;ls"}}}""")]
    [InlineData("""{"schemaVersion":"1.0","description":"View a log file","sessionType":"InteractiveCommands","parameters":{"logpath":{"type":"String","description":"The log file path to read.","default":"/var/log/amazon/ssm/amazon-ssm-agent.log","allowedPattern":"^[a-zA-Z0-9-_/]+(.log)$"}},"properties":{"linux":{"commands":"tail -f {{ logpath }}","runAsElevated":true}}}""")]
    [InlineData("""{"schemaVersion":"1.0","description":"Port","sessionType":"Port","parameters":{"portNumber":{"type":"String","description":"x","allowedPattern":"^([0-9]|[1-9][0-9]{1,3}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5])$"}},"properties":{"type":"LocalPortForwarding","portNumber":"{{ portNumber }}","localPortNumber":"0"}}""")]
    [InlineData("""{"schemaVersion":"1.0","sessionType":"NonInteractiveCommands","properties":{"linux":{"commands":"docker ps --format '{{.Names}} {{ json . }}'","runAsElevated":false,"separateOutputStream":"true","stdOutSeparatorPrefix":"STDOUT:\n","stdErrSeparatorPrefix":"STDERR:\n"},"windows":{"commands":"dir"},"macos":{"commands":"ls"}}}""")]
    public void Documents_as_people_write_them_are_taken(string content) => Assert.NotNull(SessionDocument.Parse("Own", content));

    private static string Refused(string content)
    {
        var error = Assert.Throws<AwsErrorException>(() => SessionDocument.Parse("Own", content));
        Assert.Equal("InvalidDocumentContent", error.Code);
        return error.Message;
    }
}
