using System.Text.Json;
using System.Text.RegularExpressions;
using Postern.Protocol.AwsJson;
using Postern.Server.Documents;
using Postern.Server.Documents.Content;

namespace Postern.Tests.Documents;

public sealed partial class SessionDocumentTests
{
    private static readonly DocumentSnapshot Documents = DocumentSnapshot.Empty;

    public static TheoryData<string> Names => [.. Documents.ByName.Select(document => document.Name)];

    [Fact]
    public void All_documents_are_there()
        => Assert.Equal(
            ["AWS-StartInteractiveCommand", "AWS-StartNonInteractiveCommand", "AWS-StartPortForwardingSession", "AWS-StartPortForwardingSessionToRemoteHost", "AWS-StartSSHSession", "SSM-SessionManagerRunShell"],
            Documents.ByName.Select(document => document.Name));

    [Theory]
    [MemberData(nameof(Names))]
    public void Members_have_the_JSON_types_that_agents_insist_on(string name)
    {
        var given = Documents.Latest(name)!.Session!.Parameters.Where(parameter => parameter.Default is null).ToDictionary(parameter => parameter.Name, IReadOnlyList<string> (_) => ["x"]);
        var body = Documents.Resolve(Documents.Latest(name)!, given).DocumentContent;

        if (body.TryGetProperty("inputs", out var inputs))
        {
            foreach (var member in new[] { "cloudWatchStreamingEnabled", "cloudWatchEncryptionEnabled", "s3EncryptionEnabled", "runAsEnabled" })
                Assert.Contains(inputs.GetProperty(member).ValueKind, new[] { JsonValueKind.True, JsonValueKind.False });
            Assert.Equal(JsonValueKind.String, inputs.GetProperty("kmsKeyId").ValueKind);
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
        var document = Documents.Latest(name)!.Session!;

        var used = Placeholder().Matches(document.Content).Select(match => match.Groups[1].Value).Distinct().Order();

        Assert.Equal(document.Parameters.Select(parameter => parameter.Name).Order(), used);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Defaults_satisfy_their_own_rules(string name)
    {
        foreach (var parameter in Documents.Latest(name)!.Session!.Parameters)
            if (parameter.Default is { } value) Assert.Null(parameter.Fault(value.GetString()!));
    }

    [Fact]
    public void A_document_may_be_named_by_its_ARN()
        => Assert.Equal("AWS-StartSSHSession", Documents.Latest("arn:aws:ssm:us-east-1::document/AWS-StartSSHSession")?.Name);

    [Theory]
    [InlineData("aws-startsshsession")]
    [InlineData("AWS-StartSSHSession.json")]
    [InlineData("")]
    [InlineData("../AWS-StartSSHSession")]
    public void Other_names_are_unknown(string name) => Assert.Null(Documents.Latest(name));

    [GeneratedRegex(@"\{\{ ?(\w+) ?\}\}")]
    private static partial Regex Placeholder();
}
