using Microsoft.Extensions.DependencyInjection;
using Postern.Protocol.SigV4;
using Postern.Server.Api;
using Postern.Server.Iam;
using Postern.Tests.Api;
using Postern.Tests.Support;

namespace Postern.Tests.Identity;

/// <summary>What temporary keys may, at a real gateway.</summary>
public sealed class TemporaryKeyTests : IAsyncLifetime
{
    private const string Role = "arn:aws:iam::000000000000:role/r", List = """{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"iam:List*","Resource":"*"}}""";
    private ServerHost _host = null!;

    public async ValueTask InitializeAsync() => _host = await ServerHost.StartAsync();

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task Tags_of_the_session_are_tags_of_the_caller_and_pass_on_when_transitive()
    {
        await MakeRoleAsync("""{"AWS":"000000000000"}""", """{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"iam:ListUsers","Resource":"*","Condition":{"StringEquals":{"aws:PrincipalTag/ticket":"42"}}},{"Effect":"Allow","Action":"sts:*","Resource":"*"}]}""");
        Assert.Equal("AccessDenied", (await IamAsync(await AssumeAsync(_host.Administrator), "ListUsers")).Error.Code);
        var plain = await AssumeAsync(_host.Administrator, "&Tags.member.1.Key=Ticket&Tags.member.1.Value=42");
        Assert.Equal(200, (await IamAsync(plain, "ListUsers")).Status);
        Assert.Equal("AccessDenied", (await IamAsync(await AssumeAsync(plain), "ListUsers")).Error.Code);
        var transitive = await AssumeAsync(_host.Administrator, "&Tags.member.1.Key=ticket&Tags.member.1.Value=42&TransitiveTagKeys.member.1=ticket");
        Assert.Equal(200, (await IamAsync(await AssumeAsync(transitive), "ListUsers")).Status);
        Assert.Equal("ValidationError", (await StsAsync(transitive, $"Action=AssumeRole&RoleArn={Role}&RoleSessionName=again&Tags.member.1.Key=ticket&Tags.member.1.Value=43")).Error.Code);
        Assert.Equal("ValidationError", (await StsAsync(transitive, $"Action=AssumeRole&RoleArn={Role}&RoleSessionName=again&DurationSeconds=3601")).Error.Code);
    }

    [Fact]
    public async Task Session_policies_only_take_away()
    {
        await MakeRoleAsync("""{"AWS":"000000000000"}""", List);
        var wide = """{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}""";
        Assert.Equal("AccessDenied", (await IamAsync(await AssumeAsync(_host.Administrator, "&Policy=" + Uri.EscapeDataString(wide)), "GetAccountSummary")).Error.Code);
        var narrow = await AssumeAsync(_host.Administrator, "&Policy=" + Uri.EscapeDataString(List.Replace("List*", "ListUsers")));
        Assert.Equal(200, (await IamAsync(narrow, "ListUsers")).Status);
        Assert.Contains("because no session policy allows the iam:ListRoles action", (await IamAsync(narrow, "ListRoles")).Error.Message);
        var managed = await AssumeAsync(_host.Administrator, "&PolicyArns.member.1.arn=arn:aws:iam::aws:policy/AmazonSSMReadOnlyAccess");
        Assert.Equal("AccessDenied", (await IamAsync(managed, "ListUsers")).Error.Code);
        Assert.Equal("ValidationError", (await StsAsync(_host.Administrator, $"Action=AssumeRole&RoleArn={Role}&RoleSessionName=work&PolicyArns.member.1.arn=arn:aws:iam::aws:policy/NotThere")).Error.Code);
    }

    [Fact]
    public async Task A_session_that_its_role_is_trusted_through_stays_bounded_by_its_session_policy()
    {
        await MakeRoleAsync("""{"AWS":"000000000000"}""", List);
        await TrustAsync($$"""{"AWS":["000000000000","{{Role}}"]}""");
        Assert.Equal(200, (await StsAsync(await AssumeAsync(_host.Administrator), $"Action=AssumeRole&RoleArn={Role}&RoleSessionName=again")).Status); // named: no policy of its own
        var bounded = await AssumeAsync(_host.Administrator, "&Policy=" + Uri.EscapeDataString(List));
        Assert.Contains("because no session policy allows the sts:AssumeRole action", (await StsAsync(bounded, $"Action=AssumeRole&RoleArn={Role}&RoleSessionName=again")).Error.Message);
    }

    [Fact]
    public async Task Keys_end_with_their_time()
    {
        await MakeRoleAsync("""{"AWS":"000000000000"}""", List);
        var role = await _host.Services.GetRequiredService<PrincipalStore>().FindRoleByNameAsync("r", TestContext.Current.CancellationToken);
        var now = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
        var over = _host.Services.GetRequiredService<TemporaryCredentials>().Issue(new TemporaryClaims { PrincipalId = role!.Id, SessionName = "work", Issued = now - 900, Expires = now - 1 });
        Assert.Equal("ExpiredToken", (await IamAsync(new AwsCredentials(over.AccessKeyId, over.SecretAccessKey, over.SessionToken), "ListUsers")).Error.Code);
    }

    [Fact]
    public async Task Tags_that_do_not_fit_into_a_token_are_refused()
    {
        await MakeRoleAsync("""{"AWS":"000000000000"}""", List);
        var tags = string.Concat(Enumerable.Range(1, 50).Select(n => $"&Tags.member.{n}.Key=key{n}&Tags.member.{n}.Value={new string('x', 256)}"));
        Assert.Equal("PackedPolicyTooLarge", (await StsAsync(_host.Administrator, $"Action=AssumeRole&RoleArn={Role}&RoleSessionName=work{tags}")).Error.Code);
    }

    [Fact]
    public async Task Keys_of_a_role_end_with_the_key_that_the_chain_began_with()
    {
        await MakeRoleAsync("""{"AWS":"000000000000"}""", """{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":["iam:List*","sts:*"],"Resource":"*"}}""");
        var (id, keys) = await new ApiPrincipals(_host).AddUserAsync("ada");
        await new ApiPrincipals(_host).SetPolicyAsync(id, ApiPrincipals.Allow("sts:AssumeRole"));
        var first = await AssumeAsync(keys);
        var second = await AssumeAsync(first);
        Assert.Equal(200, (await IamAsync(second, "ListUsers")).Status);
        Assert.Equal(200, (await IamAsync(_host.Administrator, $"UpdateAccessKey&UserName=ada&AccessKeyId={keys.AccessKeyId}&Status=Inactive")).Status);
        foreach (var dead in new[] { first, second })
            Assert.Equal("InvalidClientTokenId", (await IamAsync(dead, "ListUsers")).Error.Code);
        Assert.Equal(200, (await IamAsync(await AssumeAsync(_host.Administrator), "ListUsers")).Status);
    }

    [Fact]
    public async Task To_pass_tags_on_takes_the_permission_to_tag()
    {
        await MakeRoleAsync("""{"AWS":"000000000000"}""", """{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"sts:AssumeRole","Resource":"*"}}""");
        var plain = await AssumeAsync(_host.Administrator, "&Tags.member.1.Key=ticket&Tags.member.1.Value=42");
        Assert.Equal(200, (await StsAsync(plain, $"Action=AssumeRole&RoleArn={Role}&RoleSessionName=again")).Status);
        var transitive = await AssumeAsync(_host.Administrator, "&Tags.member.1.Key=ticket&Tags.member.1.Value=42&TransitiveTagKeys.member.1=ticket");
        Assert.Contains("is not authorized to perform: sts:TagSession", (await StsAsync(transitive, $"Action=AssumeRole&RoleArn={Role}&RoleSessionName=again")).Error.Message);
    }

    [Fact]
    public async Task Who_is_behind_a_chain_of_roles_is_said_once()
    {
        await MakeRoleAsync("""{"AWS":"000000000000"}""", """{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"sts:*","Resource":"*"}}""", "sts:*");
        var ada = await AssumeAsync(_host.Administrator, "&SourceIdentity=ada");
        Assert.Equal("AccessDenied", (await StsAsync(ada, $"Action=AssumeRole&RoleArn={Role}&RoleSessionName=again&SourceIdentity=eve")).Error.Code);
        Assert.Contains("<SourceIdentity>ada</SourceIdentity>", (await StsAsync(ada, $"Action=AssumeRole&RoleArn={Role}&RoleSessionName=again")).Body);
    }

    [Fact]
    public async Task A_trust_policy_means_whom_it_named_and_nobody_who_comes_to_have_the_name()
    {
        const string Ada = "arn:aws:iam::000000000000:user/ada";
        var principals = new ApiPrincipals(_host);
        var (id, keys) = await principals.AddUserAsync("ada");
        await MakeRoleAsync($$"""{ "AWS" : ["{{Ada}}", "000000000000"] }""", List);
        Assert.Equal($$"""{ "AWS" : ["{{Ada}}", "000000000000"] }""", await PrincipalAsync());
        Assert.Equal(200, (await StsAsync(keys, $"Action=AssumeRole&RoleArn={Role}&RoleSessionName=work")).Status);
        Assert.Equal(200, (await IamAsync(_host.Administrator, "UpdateUser&UserName=ada&NewUserName=lovelace")).Status);
        Assert.Contains("user/lovelace", await PrincipalAsync());
        Assert.Equal(200, (await StsAsync(keys, $"Action=AssumeRole&RoleArn={Role}&RoleSessionName=work")).Status);

        foreach (var form in new[] { $"DeleteAccessKey&UserName=lovelace&AccessKeyId={keys.AccessKeyId}", "DeleteUser&UserName=lovelace" })
            Assert.Equal(200, (await IamAsync(_host.Administrator, form)).Status);
        var (newId, newKeys) = await principals.AddUserAsync("ada");
        Assert.NotEqual(id, newId);
        Assert.Equal("AccessDenied", (await StsAsync(newKeys, $"Action=AssumeRole&RoleArn={Role}&RoleSessionName=work")).Error.Code);
        Assert.Equal($$"""{ "AWS" : ["{{id}}", "000000000000"] }""", await PrincipalAsync());
    }

    [Theory]
    [InlineData("arn:aws:iam::000000000000:user/nobody")]
    [InlineData("arn:aws:iam::000000000000:user/path/admin")]
    [InlineData("arn:aws:iam::000000000000:role/nobody")]
    [InlineData("AIDAAAAAAAAAAAAAAAAAA")]
    public async Task A_trust_policy_names_only_who_is_there(string principal)
    {
        await MakeRoleAsync("""{"AWS":"arn:aws:iam::111111111111:user/of-another-account"}""", List);
        var answer = await IamAsync(_host.Administrator, "UpdateAssumeRolePolicy&RoleName=r&PolicyDocument=" + Trust($$"""{"AWS":"{{principal}}"}""", "sts:AssumeRole"));
        Assert.Equal(("MalformedPolicyDocument", $"Invalid principal in policy: \"AWS\":\"{principal}\""), answer.Error);
    }

    private async Task<string> PrincipalAsync()
    {
        var answer = System.Xml.Linq.XDocument.Parse((await IamAsync(_host.Administrator, "GetRole&RoleName=r")).Body);
        var document = Uri.UnescapeDataString(answer.Descendants().First(element => element.Name.LocalName == "AssumeRolePolicyDocument").Value);
        return System.Text.Json.JsonDocument.Parse(document).RootElement.GetProperty("Statement").GetProperty("Principal").GetRawText();
    }

    private static string Trust(string principal, string action)
        => Uri.EscapeDataString($$"""{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{{principal}},"Action":["{{action}}","sts:TagSession"]} }""");

    private async Task TrustAsync(string principal)
        => Assert.Equal(200, (await IamAsync(_host.Administrator, "UpdateAssumeRolePolicy&RoleName=r&PolicyDocument=" + Trust(principal, "sts:AssumeRole"))).Status);

    private async Task MakeRoleAsync(string principal, string policy, string action = "sts:AssumeRole")
    {
        foreach (var form in new[]
        {
            $"CreateRole&RoleName=r&AssumeRolePolicyDocument={Trust(principal, action)}",
            $"PutRolePolicy&RoleName=r&PolicyName=p&PolicyDocument={Uri.EscapeDataString(policy)}",
        })
        {
            var answer = await IamAsync(_host.Administrator, form);
            Assert.True(answer.Status == 200, answer.Body);
        }
    }

    private async Task<AwsCredentials> AssumeAsync(AwsCredentials keys, string more = "")
    {
        var answer = await StsAsync(keys, $"Action=AssumeRole&RoleArn={Role}&RoleSessionName=work{more}");
        Assert.True(answer.Status == 200, answer.Body);
        var made = System.Xml.Linq.XDocument.Parse(answer.Body);
        return new AwsCredentials(Value("AccessKeyId"), Value("SecretAccessKey"), Value("SessionToken"));

        string Value(string name) => made.Descendants().First(element => element.Name.LocalName == name).Value;
    }

    private Task<ApiAnswer> StsAsync(AwsCredentials keys, string form) => (ApiCall.Query(QueryService.Sts, form) with { Credentials = keys }).SendAsync(_host);

    private Task<ApiAnswer> IamAsync(AwsCredentials keys, string form) => (ApiCall.Query(QueryService.Iam, "Action=" + form) with { Credentials = keys }).SendAsync(_host);
}
