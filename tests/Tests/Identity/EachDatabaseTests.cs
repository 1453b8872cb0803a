using Postern.Protocol.SigV4;
using Postern.Server.Api;
using Postern.Tests.Api;
using Postern.Tests.Storage;
using Postern.Tests.Support;

namespace Postern.Tests.Identity;

/// <summary>Every statement of identity on both databases: each call of a user's, a role's and a policy's life is answered.</summary>
public sealed class EachDatabaseTests
{
    private const string Policy = """{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"ssm:*","Resource":"*"}]}""";
    private const string Trust = """{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"000000000000"},"Action":"sts:AssumeRole"}]}""";
    private const string Arn = "arn:aws:iam::000000000000:policy/p";

    [Theory, EachDatabase]
    public async Task Users_groups_roles_and_policies_live_and_end(DatabaseKind kind)
    {
        var database = kind == DatabaseKind.Postgres ? await PostgresServer.CreateDatabaseAsync() : null;
        await using var host = await ServerHost.StartAsync(options => options with { Database = database });
        foreach (var form in Life())
        {
            var answer = await (ApiCall.Query(QueryService.Iam, form) with { Credentials = host.Administrator }).SendAsync(host);
            Assert.True(answer.Status == 200, $"{form}: {answer.Body}");
        }
        var assume = $"Action=AssumeRole&RoleArn={Uri.EscapeDataString("arn:aws:iam::000000000000:role/r")}&RoleSessionName=work&Tags.member.1.Key=a&Tags.member.1.Value=b";
        var refused = await (ApiCall.Query(QueryService.Sts, assume) with { Credentials = host.Administrator }).SendAsync(host);
        Assert.Equal("AccessDenied", refused.Error.Code); // its trust does not name sts:TagSession, and by now it is gone
        var details = await (ApiCall.Query(QueryService.Iam, "Action=GetAccountAuthorizationDetails") with { Credentials = host.Administrator }).SendAsync(host);
        Assert.DoesNotContain("<UserName>u</UserName>", details.Body);
        Assert.Contains("<UserName>admin</UserName>", details.Body);
    }

    [Theory, EachDatabase]
    public async Task Changes_at_the_same_time_keep_the_limits(DatabaseKind kind)
    {
        var database = kind == DatabaseKind.Postgres ? await PostgresServer.CreateDatabaseAsync() : null;
        await using var host = await ServerHost.StartAsync(options => options with { Database = database, AttachedPolicies = 2 });
        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => CallAsync("Action=CreateUser&UserName=same")));
        Assert.Equal([200, 409, 409, 409, 409, 409, 409, 409], answers.Select(answer => answer.Status).Order());
        answers = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => CallAsync("Action=CreateAccessKey&UserName=same")));
        Assert.Equal([200, 200, 409, 409, 409, 409], answers.Select(answer => answer.Status).Order());
        answers = await Task.WhenAll(new[] { "AmazonSSMFullAccess", "AmazonSSMReadOnlyAccess", "PosternAuditor", "PosternSessionUser" }
            .Select(name => CallAsync($"Action=AttachUserPolicy&UserName=same&PolicyArn=arn:aws:iam::aws:policy/{name}")));
        Assert.Equal([200, 200, 409, 409], answers.Select(answer => answer.Status).Order());
        Assert.All(answers.Where(answer => answer.Status == 409), answer => Assert.Equal(("LimitExceeded", "Cannot exceed quota for PoliciesPerUser: 2"), answer.Error));

        Task<ApiAnswer> CallAsync(string form) => (ApiCall.Query(QueryService.Iam, form) with { Credentials = host.Administrator }).SendAsync(host);
    }

    [Fact]
    public async Task What_one_gateway_changes_the_other_sees_with_its_next_call()
    {
        var database = await PostgresServer.CreateDatabaseAsync();
        await using var one = await ServerHost.StartAsync(options => options with { Database = database });
        await using var two = await ServerHost.StartAsync(options =>
        {
            File.Copy(Path.Combine(one.DataFolder, "master.key"), Path.Combine(options.Data, "master.key"));
            File.Copy(Path.Combine(one.DataFolder, "admin.env"), Path.Combine(options.Data, "admin.env")); // the administrator is made once
            return options with { Database = database };
        });
        var admin = one.Administrator;
        Assert.Equal(200, (await CallAsync(two, admin, "Action=CreateUser&UserName=ada")).Status);
        var key = AccessKeyOf(await CallAsync(one, admin, "Action=CreateAccessKey&UserName=ada"));
        Assert.Equal("AccessDenied", (await CallAsync(two, key, "Action=ListUsers")).Error.Code);
        await CallAsync(one, admin, "Action=AttachUserPolicy&UserName=ada&PolicyArn=arn:aws:iam::aws:policy/AdministratorAccess");
        Assert.Equal(200, (await CallAsync(two, key, "Action=ListUsers")).Status);
        await CallAsync(one, admin, $"Action=UpdateAccessKey&UserName=ada&AccessKeyId={key.AccessKeyId}&Status=Inactive");
        Assert.Equal("InvalidClientTokenId", (await CallAsync(two, key, "Action=ListUsers")).Error.Code);

        static Task<ApiAnswer> CallAsync(ServerHost host, AwsCredentials keys, string form) => (ApiCall.Query(QueryService.Iam, form) with { Credentials = keys }).SendAsync(host);
    }

    internal static AwsCredentials AccessKeyOf(ApiAnswer answer)
    {
        var made = System.Xml.Linq.XDocument.Parse(answer.Body);
        return new AwsCredentials(Value("AccessKeyId"), Value("SecretAccessKey"));

        string Value(string name) => made.Descendants().First(element => element.Name.LocalName == name).Value;
    }

    private static IEnumerable<string> Life()
    {
        var policy = Uri.EscapeDataString(Policy);
        yield return "Action=CreateUser&UserName=u&Path=%2Fa%2F&Tags.member.1.Key=k&Tags.member.1.Value=v";
        yield return "Action=CreateGroup&GroupName=g";
        yield return $"Action=CreateRole&RoleName=r&AssumeRolePolicyDocument={Uri.EscapeDataString(Trust)}&Description=d";
        yield return $"Action=CreatePolicy&PolicyName=p&PolicyDocument={policy}";
        yield return "Action=CreateInstanceProfile&InstanceProfileName=i";
        yield return "Action=AddRoleToInstanceProfile&InstanceProfileName=i&RoleName=r";
        yield return "Action=AddUserToGroup&GroupName=g&UserName=u";
        yield return "Action=AddUserToGroup&GroupName=g&UserName=u";
        yield return $"Action=CreatePolicyVersion&PolicyArn={Arn}&PolicyDocument={policy}&SetAsDefault=true";
        yield return "Action=UpdateUser&UserName=u&NewUserName=U2";
        yield return "Action=UpdateUser&UserName=u2&NewUserName=u";
        yield return "Action=UpdateRole&RoleName=r&MaxSessionDuration=7200";
        yield return "Action=UpdateRoleDescription&RoleName=r&Description=e";
        yield return $"Action=UpdateAssumeRolePolicy&RoleName=r&PolicyDocument={Uri.EscapeDataString(Trust)}";
        foreach (var (kind, name) in new[] { ("User", "u"), ("Group", "g"), ("Role", "r") })
        {
            yield return $"Action=Put{kind}Policy&{kind}Name={name}&PolicyName=n&PolicyDocument={policy}";
            yield return $"Action=Put{kind}Policy&{kind}Name={name}&PolicyName=n&PolicyDocument={policy}";
            yield return $"Action=Get{kind}Policy&{kind}Name={name}&PolicyName=n";
            yield return $"Action=List{kind}Policies&{kind}Name={name}";
            yield return $"Action=Attach{kind}Policy&{kind}Name={name}&PolicyArn={Arn}";
            yield return $"Action=ListAttached{kind}Policies&{kind}Name={name}";
            if (kind != "Group") yield return $"Action=Put{kind}PermissionsBoundary&{kind}Name={name}&PermissionsBoundary={Arn}";
            if (kind != "Group") yield return $"Action=Tag{kind}&{kind}Name={name}&Tags.member.1.Key=K&Tags.member.1.Value=w";
            if (kind != "Group") yield return $"Action=List{kind}Tags&{kind}Name={name}";
        }
        yield return $"Action=GetPolicy&PolicyArn={Arn}";
        yield return $"Action=ListPolicyVersions&PolicyArn={Arn}";
        yield return $"Action=ListEntitiesForPolicy&PolicyArn={Arn}";
        yield return $"Action=ListEntitiesForPolicy&PolicyArn={Arn}&PolicyUsageFilter=PermissionsBoundary";
        yield return "Action=ListPolicies";
        yield return "Action=ListInstanceProfilesForRole&RoleName=r";
        yield return "Action=GetAccountAuthorizationDetails";
        yield return "Action=GetAccountSummary";
        yield return "Action=GetGroup&GroupName=g";
        yield return "Action=ListGroupsForUser&UserName=u";
        foreach (var (kind, name) in new[] { ("User", "u"), ("Group", "g"), ("Role", "r") })
        {
            if (kind != "Group") yield return $"Action=Untag{kind}&{kind}Name={name}&TagKeys.member.1=k";
            if (kind != "Group") yield return $"Action=Delete{kind}PermissionsBoundary&{kind}Name={name}";
            yield return $"Action=Detach{kind}Policy&{kind}Name={name}&PolicyArn={Arn}";
            yield return $"Action=Delete{kind}Policy&{kind}Name={name}&PolicyName=n";
        }
        yield return $"Action=DeletePolicyVersion&PolicyArn={Arn}&VersionId=v1";
        yield return $"Action=DeletePolicy&PolicyArn={Arn}";
        yield return "Action=RemoveUserFromGroup&GroupName=g&UserName=u";
        yield return "Action=DeleteGroup&GroupName=g";
        yield return "Action=DeleteUser&UserName=u";
        yield return "Action=RemoveRoleFromInstanceProfile&InstanceProfileName=i&RoleName=r";
        yield return "Action=DeleteInstanceProfile&InstanceProfileName=i";
        yield return "Action=DeleteRole&RoleName=r";
    }
}
