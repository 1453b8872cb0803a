using System.Text.Json;
using System.Text.RegularExpressions;
using Postern.Server.Documents;

namespace Postern.Tests.Documents;

public sealed partial class SessionDocumentTests
{
    private static readonly SessionDocuments Documents = new();

    public static TheoryData<string> Names => [.. Documents.All.Select(document => document.Name)];

    [Fact]
    public void All_documents_are_there()
        => Assert.Equal(
            ["AWS-StartInteractiveCommand", "AWS-StartNonInteractiveCommand", "AWS-StartPortForwardingSession", "AWS-StartPortForwardingSessionToRemoteHost", "AWS-StartSSHSession", "SSM-SessionManagerRunShell"],
            Documents.All.Select(document => document.Name));

    [Theory]
    [MemberData(nameof(Names))]
    public void Members_have_the_JSON_types_that_agents_insist_on(string name)
    {
        var body = Documents.Find(name)!.Body;

        if (body.TryGetProperty("inputs", out var inputs))
        {
            foreach (var member in new[] { "cloudWatchStreamingEnabled", "cloudWatchEncryptionEnabled", "s3EncryptionEnabled", "runAsEnabled" })
                Assert.Contains(inputs.GetProperty(member).ValueKind, new[] { JsonValueKind.True, JsonValueKind.False });
            Assert.Equal(JsonValueKind.String, inputs.GetProperty("idleSessionTimeout").ValueKind);
        }
        if (!body.TryGetProperty("properties", out var properties)) return;
        foreach (var member in properties.EnumerateObject())
        {
            if (member.Value.ValueKind == JsonValueKind.Object)
            {
                Assert.Equal(JsonValueKind.False, member.Value.GetProperty("runAsElevated").ValueKind);
                Assert.Equal(JsonValueKind.String, member.Value.GetProperty("commands").ValueKind);
            }
            else
            {
                Assert.Equal(JsonValueKind.String, member.Value.ValueKind);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_placeholder_is_a_parameter_and_every_parameter_is_used(string name)
    {
        var document = Documents.Find(name)!;

        var used = Placeholder().Matches(document.Body.GetRawText()).Select(match => match.Groups[1].Value).Distinct().Order();

        Assert.Equal(document.Parameters.Select(parameter => parameter.Name).Order(), used);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Defaults_satisfy_their_own_rules(string name)
    {
        foreach (var parameter in Documents.Find(name)!.Parameters)
            if (parameter.Default is { } value) Assert.Null(parameter.Fault(value.GetString()!));
    }

    [Fact]
    public void A_document_may_be_named_by_its_ARN()
        => Assert.Equal("AWS-StartSSHSession", Documents.Find("arn:aws:ssm:us-east-1::document/AWS-StartSSHSession")?.Name);

    [Theory]
    [InlineData("aws-startsshsession")]
    [InlineData("AWS-StartSSHSession.json")]
    [InlineData("")]
    [InlineData("../AWS-StartSSHSession")]
    public void Other_names_are_unknown(string name) => Assert.Null(Documents.Find(name));

    [Theory]
    [InlineData("not json")]
    [InlineData("[]")]
    [InlineData("""{"schemaVersion":"2.2","sessionType":"Port"}""")]
    [InlineData("""{"schemaVersion":"1.0"}""")]
    [InlineData("""{"schemaVersion":"1.0","sessionType":"Shell"}""")]
    [InlineData("""{"schemaVersion":"1.0","sessionType":"Port","parameters":{"port-number":{"type":"String"}}}""")]
    [InlineData("""{"schemaVersion":"1.0","sessionType":"Port","parameters":{"port":{"type":"Integer"}}}""")]
    [InlineData("""{"schemaVersion":"1.0","sessionType":"Port","parameters":{"port":{"type":"String","allowedPattern":"("}}}""")]
    public void A_document_that_agents_would_drop_is_refused(string content)
        => Assert.Throws<FormatException>(() => new SessionDocument("Own", content, default));

    [GeneratedRegex(@"\{\{ ?(\w+) ?\}\}")]
    private static partial Regex Placeholder();
}
