using System.Xml.Linq;
using Postern.Server.Api;
using Postern.Tests.Api;
using Postern.Tests.Support;

namespace Postern.Tests.Identity;

/// <summary>What no client sends, to a real gateway: each is refused with a code, in well-formed XML, and the gateway goes on.</summary>
public sealed class AbuseTests(SharedServer server) : IClassFixture<SharedServer>
{
    private ServerHost Host => server.Host;

    [Theory]
    [InlineData("Action=NoSuchThing", "InvalidAction")]
    [InlineData("Action=", "MissingAction")]
    [InlineData("Nothing=here", "MissingAction")]
    [InlineData("Action=ListUsers&Action=DeleteUser", "MalformedQueryString")]
    [InlineData("Action=GetUser&UserName=a&UserName=b", "MalformedQueryString")]
    [InlineData("Action=GetUser&UserName=%ff", "MalformedQueryString")]
    [InlineData("Action=GetUser&UserName=%3C%2FError%3E%3CCode%3EOK", "ValidationError")]
    [InlineData("Action=GetUser&UserName=%00%01%EF%BF%BE", "ValidationError")]
    [InlineData("Action=CreateUser&UserName=x&Path=%2Fa", "ValidationError")]
    [InlineData("Action=CreateUser&UserName=x&Path=%2F%3Cb%3E%2F%0A", "ValidationError")]
    [InlineData("Action=ListUsers&MaxItems=0", "ValidationError")]
    [InlineData("Action=ListUsers&MaxItems=99999999999999999999", "ValidationError")]
    [InlineData("Action=ListUsers&Marker=%3Cx%3E", "ValidationError")]
    [InlineData("Action=CreateRole&RoleName=x&AssumeRolePolicyDocument=%00", "ValidationError")]
    [InlineData("Action=CreatePolicy&PolicyName=x&PolicyDocument=%5B%5B%5B%5B%5B%5B%5B%5B%5B%5B%5B%5B%5B%5B%5B%5B%5B%5B%5B%5B%5B%5B%5B%5B%5B%5B%5B%5B%5B%5B", "MalformedPolicyDocument")]
    [InlineData("Action=GetPolicyVersion&PolicyArn=arn:aws:iam::aws:policy/AdministratorAccess&VersionId=v99999999999999999", "NoSuchEntity")]
    public async Task Bad_requests_have_an_error_of_their_own(string form, string code)
        => Assert.Equal(code, (await CallAsync(form)).Error.Code);

    [Fact]
    public async Task A_hundred_thousand_parameters_are_refused()
    {
        var answer = await CallAsync("Action=ListUsers&" + string.Join('&', Enumerable.Range(0, 40_000).Select(n => $"p{n}=")));
        Assert.Contains(answer.Error.Code, new[] { "MalformedQueryString", "RequestEntityTooLarge" });
        Assert.Equal("RequestEntityTooLarge", (await CallAsync("Action=ListUsers&" + string.Join('&', Enumerable.Range(0, 100_000).Select(n => $"p{n}=")))).Error.Code);
    }

    [Fact]
    public async Task A_form_beyond_the_limit_is_refused()
    {
        var answer = await CallAsync("Action=CreatePolicy&PolicyDocument=" + new string('x', BoundedBody.MaxSize));
        Assert.Equal(("RequestEntityTooLarge", 413), (answer.Error.Code, answer.Status));
    }

    [Fact]
    public async Task Policies_that_are_bombs_are_refused_quickly()
    {
        // 2,000 statements; 100,000 nested brackets; one string of stars; variables in variables.
        var statement = """{"Effect":"Allow","Action":"a:b","Resource":"*"}""";
        var stars = new string('*', 100_000);
        var variables = string.Concat(Enumerable.Repeat("${aws:username}", 7000));
        foreach (var document in new[]
        {
            $$"""{"Version":"2012-10-17","Statement":[{{string.Join(',', Enumerable.Repeat(statement, 2000))}}]}""",
            new string('[', 100_000),
            $$"""{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"{{stars}}","Resource":"*"} }""",
            $$"""{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"a:b","Resource":"{{variables}}"} }""",
        })
            Assert.Contains((await CallAsync("Action=CreatePolicy&PolicyName=bomb&PolicyDocument=" + Uri.EscapeDataString(document))).Error.Code,
                new[] { "MalformedPolicyDocument", "LimitExceeded", "RequestEntityTooLarge" });
        Assert.Equal(200, (await CallAsync("Action=ListPolicies")).Status);
    }

    [Fact]
    public async Task Names_in_answers_cannot_break_out_of_their_element()
    {
        // Tag values may hold none of < > &, names neither; what is echoed in errors is escaped.
        var answer = await CallAsync("Action=" + Uri.EscapeDataString("X</Message></Error><Error><Code>OK</Code>"));
        var error = XDocument.Parse(answer.Body).Root!;
        Assert.Single(error.Elements(), element => element.Name.LocalName == "Error");
        Assert.Equal("InvalidAction", answer.Error.Code);
    }

    [Fact]
    public async Task The_version_belongs_to_the_service()
    {
        var call = ApiCall.Query(QueryService.Iam, "Action=ListUsers") with { Body = "Action=ListUsers&Version=2011-06-15", Credentials = Host.Administrator };
        Assert.Equal("InvalidAction", (await call.SendAsync(Host)).Error.Code);
    }

    [Theory]
    [InlineData("iam", "eu-west-1", "SignatureDoesNotMatch")]
    [InlineData("sts", "eu-west-1", "SignatureDoesNotMatch")]
    [InlineData("ssm", "us-east-1", "SignatureDoesNotMatch")]
    public async Task A_request_for_another_region_or_service_is_refused(string service, string region, string code)
    {
        var call = ApiCall.Query(service == "sts" ? QueryService.Sts : QueryService.Iam, service == "sts" ? "Action=GetCallerIdentity" : "Action=ListUsers");
        Assert.Equal(code, (await (call with { Service = service, Region = region, Credentials = Host.Administrator }).SendAsync(Host)).Error.Code);
    }

    private Task<ApiAnswer> CallAsync(string form) => (ApiCall.Query(QueryService.Iam, form) with { Credentials = Host.Administrator }).SendAsync(Host);
}
