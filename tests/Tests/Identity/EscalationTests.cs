using System.Xml.Linq;
using Postern.Protocol.SigV4;
using Postern.Server.Api;
using Postern.Tests.Api;
using Postern.Tests.Support;

namespace Postern.Tests.Identity;

/// <summary>Ways of somebody with a little power over identities to get more of it, each of which a real gateway refuses.</summary>
public sealed class EscalationTests : IAsyncLifetime
{
    private const string Account = "arn:aws:iam::000000000000:", Boundary = Account + "policy/fence", Administrator = "arn:aws:iam::aws:policy/AdministratorAccess";

    private ServerHost _host = null!;
    private AwsCredentials _deputy = null!;
    private ApiPrincipals _principals = null!;
    private string _id = "";

    public async ValueTask InitializeAsync()
    {
        _host = await ServerHost.StartAsync();
        _principals = new ApiPrincipals(_host);
        (_id, _deputy) = await _principals.AddUserAsync("deputy");
        await AsAdministratorAsync("Action=CreatePolicy&PolicyName=fence&PolicyDocument=" + Uri.EscapeDataString(ApiPrincipals.Allow("ssm:*")));
        await AsAdministratorAsync("Action=CreateUser&UserName=free");
        await AsAdministratorAsync($"Action=CreateUser&UserName=fenced&PermissionsBoundary={Boundary}");
    }

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Theory]
    [InlineData("AttachUserPolicy", $"PolicyArn={Administrator}")]
    [InlineData("PutUserPolicy", "PolicyName=p&PolicyDocument=%7B%22Version%22%3A%222012-10-17%22%2C%22Statement%22%3A%7B%22Effect%22%3A%22Allow%22%2C%22Action%22%3A%22*%22%2C%22Resource%22%3A%22*%22%7D%7D")]
    public async Task The_boundary_that_a_condition_asks_for_is_that_of_the_user_not_one_that_the_request_mentions(string action, string parameters)
    {
        await _principals.SetPolicyAsync(_id, ApiPrincipals.Allow("iam:*", condition: $$"""{ "StringEquals": { "iam:PermissionsBoundary": "{{Boundary}}" } }"""));
        Assert.Equal("AccessDenied", (await AsDeputyAsync($"Action={action}&UserName=free&{parameters}")).Error.Code);
        Assert.Equal("AccessDenied", (await AsDeputyAsync($"Action={action}&UserName=free&{parameters}&PermissionsBoundary={Boundary}")).Error.Code);
        var bounded = await AsDeputyAsync($"Action={action}&UserName=fenced&{parameters}");
        Assert.DoesNotContain("AccessDenied", bounded.Body);
        // A new boundary is the one of the request, as it is for a new user.
        Assert.Equal("AccessDenied", (await AsDeputyAsync($"Action=PutUserPermissionsBoundary&UserName=fenced&PermissionsBoundary={Administrator}")).Error.Code);
        Assert.Equal(200, (await AsDeputyAsync($"Action=PutUserPermissionsBoundary&UserName=free&PermissionsBoundary={Boundary}")).Status);
        Assert.Equal("AccessDenied", (await AsDeputyAsync("Action=CreateUser&UserName=new")).Error.Code);
    }

    [Fact]
    public async Task A_policy_that_an_operation_does_not_take_satisfies_no_condition()
    {
        await _principals.SetPolicyAsync(_id, ApiPrincipals.Allow("iam:*", condition: """{"ArnEquals":{"iam:PolicyARN":"arn:aws:iam::aws:policy/AmazonSSMReadOnlyAccess"}}"""));
        var own = Uri.EscapeDataString(ApiPrincipals.Allow("*"));
        Assert.Equal("AccessDenied", (await AsDeputyAsync($"Action=PutUserPolicy&UserName=deputy&PolicyName=p&PolicyDocument={own}&PolicyArn=arn:aws:iam::aws:policy/AmazonSSMReadOnlyAccess")).Error.Code);
        Assert.Equal(200, (await AsDeputyAsync("Action=AttachUserPolicy&UserName=deputy&PolicyArn=arn:aws:iam::aws:policy/AmazonSSMReadOnlyAccess")).Status);
    }

    [Fact]
    public async Task Tags_that_an_operation_does_not_take_satisfy_no_condition()
    {
        await _principals.SetPolicyAsync(_id, ApiPrincipals.Allow("iam:*", condition: """{"StringEquals":{"aws:RequestTag/team":"a"}}"""));
        const string tags = "&Tags.member.1.Key=team&Tags.member.1.Value=a";
        Assert.Equal("AccessDenied", (await AsDeputyAsync($"Action=AttachUserPolicy&UserName=deputy&PolicyArn={Administrator}{tags}")).Error.Code);
        Assert.Equal("AccessDenied", (await AsDeputyAsync($"Action=CreateAccessKey&UserName=free{tags}")).Error.Code);
        Assert.Equal(200, (await AsDeputyAsync($"Action=CreateUser&UserName=new{tags}")).Status);
        Assert.Equal(200, (await AsDeputyAsync($"Action=TagUser&UserName=new{tags}")).Status);
    }

    [Fact]
    public async Task To_give_a_user_another_name_or_path_needs_permission_on_both()
    {
        await _principals.SetPolicyAsync(_id, ApiPrincipals.Allow("iam:Update*", Account + "*/free*"));
        Assert.Equal(200, (await AsDeputyAsync("Action=UpdateUser&UserName=free&NewUserName=free2")).Status);
        Assert.Equal("AccessDenied", (await AsDeputyAsync("Action=UpdateUser&UserName=free2&NewUserName=chief")).Error.Code);
        await _principals.SetPolicyAsync(_id, ApiPrincipals.Allow("iam:Update*", Account + "user/free2"));
        Assert.Equal("AccessDenied", (await AsDeputyAsync("Action=UpdateUser&UserName=free2&NewPath=/chiefs/")).Error.Code);
        await AsAdministratorAsync("Action=CreateGroup&GroupName=g");
        await _principals.SetPolicyAsync(_id, ApiPrincipals.Allow("iam:Update*", Account + "group/g"));
        Assert.Equal("AccessDenied", (await AsDeputyAsync("Action=UpdateGroup&GroupName=g&NewGroupName=chiefs")).Error.Code);
    }

    [Fact]
    public async Task Nobody_is_called_by_the_id_of_somebody_else()
    {
        await _principals.SetPolicyAsync(_id, ApiPrincipals.Allow("iam:*"));
        var id = XDocument.Parse((await AsDeputyAsync("Action=GetUser&UserName=admin")).Body).Descendants().Single(element => element.Name.LocalName == "UserId").Value;
        // session/${aws:username}-* of such a user would be session/ID-*, which the administrator's sessions are called too.
        Assert.Equal("EntityAlreadyExists", (await AsDeputyAsync($"Action=CreateUser&UserName={id}")).Error.Code);
        Assert.Equal("EntityAlreadyExists", (await AsDeputyAsync($"Action=UpdateUser&UserName=free&NewUserName={id}")).Error.Code);
    }

    [Theory]
    [InlineData("%2B7200")]
    [InlineData("000000000000000000000000000000000000000000000000000000000000000000000000000000007200")]
    public async Task A_duration_is_the_same_number_for_the_condition_and_for_the_keys(string seconds)
    {
        var trust = $$"""{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"{{Account}}user/deputy" },"Action":"sts:AssumeRole"}]}""";
        await AsAdministratorAsync("Action=CreateRole&RoleName=r&MaxSessionDuration=43200&AssumeRolePolicyDocument=" + Uri.EscapeDataString(trust));
        await _principals.SetPolicyAsync(_id, ApiPrincipals.Deny("sts:AssumeRole", condition: """{"NumericGreaterThan":{"sts:DurationSeconds":"3600"}}"""));
        Assert.Equal(200, (await AssumeAsync("3600")).Status);
        Assert.Equal("AccessDenied", (await AssumeAsync("7200")).Error.Code);
        Assert.Equal("AccessDenied", (await AssumeAsync(seconds)).Error.Code);
        await _principals.SetPolicyAsync(_id, ApiPrincipals.Deny("sts:AssumeRole", condition: """{"NumericGreaterThan":{"sts:DurationSeconds":"900"}}"""));
        Assert.Equal("AccessDenied", (await AssumeAsync("")).Error.Code); // the default

        Task<ApiAnswer> AssumeAsync(string text)
            => (ApiCall.Query(QueryService.Sts, $"Action=AssumeRole&RoleArn={Account}role/r&RoleSessionName=work&DurationSeconds={text}") with { Credentials = _deputy }).SendAsync(_host);
    }

    private Task<ApiAnswer> AsDeputyAsync(string form) => (ApiCall.Query(QueryService.Iam, form) with { Credentials = _deputy }).SendAsync(_host);

    private async Task AsAdministratorAsync(string form)
        => Assert.Equal(200, (await (ApiCall.Query(QueryService.Iam, form) with { Credentials = _host.Administrator }).SendAsync(_host)).Status);
}
