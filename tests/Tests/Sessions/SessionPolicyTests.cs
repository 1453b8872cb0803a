using Microsoft.Extensions.DependencyInjection;
using Postern.Protocol.AwsJson;
using Postern.Protocol.SigV4;
using Postern.Server.Api;
using Postern.Server.Storage;
using Postern.Tests.Api;
using Postern.Tests.DataStream;
using Postern.Tests.Gateway;
using Postern.Tests.Support;

namespace Postern.Tests.Sessions;

/// <summary>Who may start, resume and end which session, by policies as people publish them for AWS.</summary>
public sealed class SessionPolicyTests : IAsyncLifetime
{
    private const string RemoteHost = "AWS-StartPortForwardingSessionToRemoteHost";

    private ServerHost _host = null!;
    private ApiPrincipals _principals = null!;
    private FakeNode _node = null!;
    private FakeEnd _control = null!;
    private (string Id, AwsCredentials Keys) _anna, _ben;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _host = await ServerHost.StartAsync(options => options with { LogLevel = Microsoft.Extensions.Logging.LogLevel.Error });
        _principals = new ApiPrincipals(_host);
        _node = await FakeNode.RegisterAsync(_host);
        _control = await _node.OpenControlAsync();
        _anna = await _principals.AddUserAsync("anna");
        _ben = await _principals.AddUserAsync("ben");
    }

    public async ValueTask DisposeAsync()
    {
        _control.Dispose();
        _node.Dispose();
        await _host.DisposeAsync();
    }

    [Theory]
    [InlineData("arn:aws:ec2:*:*:instance/*", "${aws:username}-*")]
    [InlineData("arn:aws:ssm:us-east-1:000000000000:managed-instance/mi-*", "${aws:userid}-*")]
    [InlineData("*", "${aws:username}-*")]
    public async Task The_policy_people_publish_works_as_written(string nodes, string own)
    {
        foreach (var (id, _) in new[] { _anna, _ben })
        {
            await _principals.SetPolicyAsync(id, $$"""
                {"Version":"2012-10-17","Statement":[
                  {"Effect":"Allow","Action":["ssm:StartSession"],"Resource":["{{nodes}}","arn:aws:ssm:us-east-1:000000000000:document/SSM-SessionManagerRunShell"]},
                  {"Effect":"Allow","Action":["ssm:DescribeSessions","ssm:GetConnectionStatus","ssm:DescribeInstanceProperties","ec2:DescribeInstances"],"Resource":["*"]},
                  {"Effect":"Allow","Action":["ssm:TerminateSession","ssm:ResumeSession"],"Resource":["arn:aws:ssm:*:*:session/{{own}}"]}]}
                """);
        }
        var annas = await StartAsync(_anna.Keys);
        Assert.Null(await DeniedAsync(_anna.Keys, SsmOperations.ResumeSession, new ResumeSessionRequest { SessionId = annas }));
        var resource = $"arn:aws:ssm:us-east-1:000000000000:session/{annas}";
        Assert.Equal($"User: arn:aws:iam::000000000000:user/ben is not authorized to perform: ssm:ResumeSession on resource: {resource} because no identity-based policy allows the ssm:ResumeSession action",
            await DeniedAsync(_ben.Keys, SsmOperations.ResumeSession, new ResumeSessionRequest { SessionId = annas }));
        Assert.Contains(resource, await DeniedAsync(_ben.Keys, SsmOperations.TerminateSession, new TerminateSessionRequest { SessionId = annas }));
        Assert.Null(await DeniedAsync(_anna.Keys, SsmOperations.TerminateSession, new TerminateSessionRequest { SessionId = annas }));
        // One that does not exist looks no different to whoever may not.
        Assert.Contains("session/anna-0000", await DeniedAsync(_ben.Keys, SsmOperations.TerminateSession, new TerminateSessionRequest { SessionId = "anna-0000" }));
    }

    [Fact]
    public async Task The_token_of_a_list_opens_it_to_nobody_else()
    {
        await _principals.SetPolicyAsync(_anna.Id, ApiPrincipals.Allow("ssm:StartSession"));
        await StartAsync(_anna.Keys);
        await StartAsync(_anna.Keys);
        var list = new DescribeSessionsRequest { State = "Active", MaxResults = 1 };
        var next = list with { NextToken = (await _host.CreateApiClient().CallAsync(SsmOperations.DescribeSessions, list, Cancel)).NextToken! };
        Assert.NotNull(await DeniedAsync(_ben.Keys, SsmOperations.DescribeSessions, next));
        // Each page is decided anew.
        await _principals.SetPolicyAsync(_ben.Id, ApiPrincipals.Allow("ssm:DescribeSessions"));
        Assert.Null(await DeniedAsync(_ben.Keys, SsmOperations.DescribeSessions, next));
        await _principals.SetPolicyAsync(_ben.Id, ApiPrincipals.Allow("ssm:StartSession"));
        Assert.NotNull(await DeniedAsync(_ben.Keys, SsmOperations.DescribeSessions, next));
    }

    [Theory]
    [InlineData("${aws:userid}-*", false)]
    [InlineData("${aws:username}-*", true)] // as in AWS
    public async Task The_sessions_of_a_longer_name_are_not_one_s_own_by_user_id(string own, bool others)
    {
        var longer = await _principals.AddUserAsync("anna-x");
        await _principals.SetPolicyAsync(longer.Id, ApiPrincipals.Allow("ssm:StartSession"));
        await _principals.SetPolicyAsync(_anna.Id, ApiPrincipals.Allow("ssm:*Session", $"arn:aws:ssm:*:*:session/{own}"));
        var session = await StartAsync(longer.Keys);
        Assert.Equal(others, await DeniedAsync(_anna.Keys, SsmOperations.ResumeSession, new ResumeSessionRequest { SessionId = session }) is null);
    }

    [Fact]
    public async Task Sessions_are_told_apart_by_the_tags_AWS_gives_them()
    {
        foreach (var (id, _) in new[] { _anna, _ben })
        {
            await _principals.SetPolicyAsync(id, """
                {"Version":"2012-10-17","Statement":[
                  {"Effect":"Allow","Action":"ssm:StartSession","Resource":"*"},
                  {"Effect":"Allow","Action":"ssm:TerminateSession","Resource":"arn:aws:ssm:*:*:session/*","Condition":{"StringLike":{"ssm:resourceTag/aws:ssmmessages:session-id":["${aws:userid}"]}}}]}
                """);
        }
        var annas = new TerminateSessionRequest { SessionId = await StartAsync(_anna.Keys) };
        Assert.NotNull(await DeniedAsync(_ben.Keys, SsmOperations.TerminateSession, annas));
        Assert.Null(await DeniedAsync(_anna.Keys, SsmOperations.TerminateSession, annas));
    }

    [Fact]
    public async Task Tags_of_a_node_decide_at_the_next_call()
    {
        await _principals.SetPolicyAsync(_anna.Id, ApiPrincipals.Allow("ssm:StartSession", condition: """{"StringEquals":{"ssm:resourceTag/env":"test"}}"""));
        Assert.NotNull(await DeniedAsync(_anna.Keys, SsmOperations.StartSession, Shell()));
        var admin = _host.CreateApiClient();
        await admin.CallAsync(SsmOperations.AddTagsToResource, new AddTagsToResourceRequest { ResourceType = "ManagedInstance", ResourceId = _node.Id, Tags = [new Tag { Key = "env", Value = "test" }] }, Cancel);
        await StartAsync(_anna.Keys);
        await admin.CallAsync(SsmOperations.AddTagsToResource, new AddTagsToResourceRequest { ResourceType = "ManagedInstance", ResourceId = _node.Id, Tags = [new Tag { Key = "env", Value = "prod" }] }, Cancel);
        Assert.NotNull(await DeniedAsync(_anna.Keys, SsmOperations.StartSession, Shell()));
    }

    [Fact]
    public async Task A_named_document_must_be_allowed_and_an_unnamed_one_only_when_the_statement_asks()
    {
        const string node = """{"Effect":"Allow","Action":"ssm:StartSession","Resource":"arn:aws:ec2:*:*:instance/*" """;
        const string check = """,{"Effect":"Allow","Action":"ssm:StartSession","Resource":"arn:aws:ssm:*:*:document/SSM-SessionManagerRunShell"}""";
        var named = Tunnel("AWS-StartPortForwardingSession", null, "80");

        await _principals.SetPolicyAsync(_anna.Id, Policy($"{node}}}"));
        await StartAsync(_anna.Keys);
        Assert.Contains("document/AWS-StartPortForwardingSession", await DeniedAsync(_anna.Keys, SsmOperations.StartSession, named));

        const string condition = ""","Condition":{"BoolIfExists":{"ssm:SessionDocumentAccessCheck":"true"}}}""";
        await _principals.SetPolicyAsync(_anna.Id, Policy($"{node}{condition}"));
        Assert.Contains("document/SSM-SessionManagerRunShell", await DeniedAsync(_anna.Keys, SsmOperations.StartSession, Shell()));
        await _principals.SetPolicyAsync(_anna.Id, Policy($"{node}{condition}{check}"));
        await StartAsync(_anna.Keys);
        Assert.NotNull(await DeniedAsync(_anna.Keys, SsmOperations.StartSession, named));
    }

    [Fact]
    public async Task One_destination_through_some_nodes_and_nothing_else()
    {
        await _principals.SetPolicyAsync(_anna.Id, ApiPrincipals.Allow("ssm:StartSession",
            condition: """{"StringEquals":{"postern:RemoteHost":"orders-db"},"NumericEquals":{"postern:RemotePort":"5432"}}"""));
        Assert.Null(await DeniedAsync(_anna.Keys, SsmOperations.StartSession, Tunnel(RemoteHost, "ORDERS-DB.", "5432")));
        Assert.NotNull(await DeniedAsync(_anna.Keys, SsmOperations.StartSession, Tunnel(RemoteHost, "orders-db", "22")));
        Assert.NotNull(await DeniedAsync(_anna.Keys, SsmOperations.StartSession, Tunnel(RemoteHost, "payments-db", "5432")));
        Assert.NotNull(await DeniedAsync(_anna.Keys, SsmOperations.StartSession, Shell()));
        await _principals.SetPolicyAsync(_anna.Id, ApiPrincipals.Allow("ssm:StartSession", condition: """{"IpAddress":{"postern:RemoteAddress":"10.1.0.0/16"}}"""));
        Assert.Null(await DeniedAsync(_anna.Keys, SsmOperations.StartSession, Tunnel(RemoteHost, "::ffff:10.1.2.3", "22")));
        Assert.NotNull(await DeniedAsync(_anna.Keys, SsmOperations.StartSession, Tunnel(RemoteHost, "10.2.0.1", "22")));
        Assert.NotNull(await DeniedAsync(_anna.Keys, SsmOperations.StartSession, Tunnel(RemoteHost, "ten-one.example", "22")));
    }

    [Fact]
    public async Task A_node_whose_role_loses_the_permission_opens_no_more_channels()
    {
        await _principals.BareNodeRoleAsync();
        var (status, body) = await _node.PostAsync($"/v1/control-channel/{_node.Id}");
        Assert.Equal(System.Net.HttpStatusCode.Forbidden, status);
        Assert.Contains("is not authorized to perform: ssmmessages:CreateControlChannel", body);
    }

    [Fact]
    public async Task Passing_a_role_to_nodes_is_a_permission_of_its_own()
    {
        var request = new CreateActivationRequest { IamRole = "service-role/nodes" };
        await _principals.SetPolicyAsync(_anna.Id, ApiPrincipals.Allow("ssm:*"));
        Assert.Contains("iam:PassRole on resource: arn:aws:iam::000000000000:role/service-role/nodes", await DeniedAsync(_anna.Keys, SsmOperations.CreateActivation, request));
        await _principals.SetPolicyAsync(_anna.Id, Policy("""
            {"Effect":"Allow","Action":"ssm:CreateActivation","Resource":"*"},
            {"Effect":"Allow","Action":"iam:PassRole","Resource":"arn:aws:iam::*:role/service-role/*","Condition":{"StringEquals":{"iam:PassedToService":"ssm.amazonaws.com"}}}
            """));
        Assert.Null(await DeniedAsync(_anna.Keys, SsmOperations.CreateActivation, request));
    }

    [Theory]
    [InlineData("UPDATE access_keys SET status = 'Inactive' WHERE user_id = @Id", "was deactivated")]
    [InlineData("DELETE FROM access_keys WHERE user_id = @Id", "was deleted")]
    [InlineData("DELETE FROM users WHERE user_id = @Id", "user who started this session was deleted")]
    public async Task Open_sessions_end_with_the_key_or_the_user_and_their_client_is_told(string change, string told)
    {
        foreach (var (owner, _) in new[] { _anna, _ben })
            await _principals.SetPolicyAsync(owner, ApiPrincipals.Allow("ssm:*"));
        var started = await Client(_anna.Keys).CallAsync(SsmOperations.StartSession, Shell(), Cancel);
        var bens = await StartAsync(_ben.Keys);
        using var agent = FakeEnd.Agent(await _node.OpenDataAsync(started.SessionId!));
        using var client = FakeEnd.Client(await FakeNode.OpenClientAsync(_host, started.StreamUrl!, started.TokenValue!));
        await _principals.ChangeAsync(change, SqlParameters.Of(new { _anna.Id }));
        Assert.Contains(told, (await client.ReceiveAsync()).Closed!.Output);
        Assert.Equal("closed", await agent.NextAsync());
        var live = await _host.CreateApiClient().CallAsync(SsmOperations.DescribeSessions, new DescribeSessionsRequest { State = "Active", Filters = [new SessionFilter { Key = "SessionId", Value = bens }] }, Cancel);
        Assert.Equal("Connecting", Assert.Single(live.Sessions!).Status);
    }

    [Fact]
    public async Task Open_sessions_of_temporary_keys_end_with_the_key_they_were_asked_for_with()
    {
        await _principals.SetPolicyAsync(_anna.Id, ApiPrincipals.Allow("ssm:*"));
        var token = await (ApiCall.Query(QueryService.Sts, "Action=GetSessionToken") with { Credentials = _anna.Keys }).SendAsync(_host);
        Assert.True(token.Status == 200, token.Body);
        var started = await Client(KeysIn(token.Body)).CallAsync(SsmOperations.StartSession, Shell(), Cancel);
        using var agent = FakeEnd.Agent(await _node.OpenDataAsync(started.SessionId!));
        using var client = FakeEnd.Client(await FakeNode.OpenClientAsync(_host, started.StreamUrl!, started.TokenValue!));
        await _principals.ChangeAsync("UPDATE access_keys SET status = 'Inactive' WHERE user_id = @Id", SqlParameters.Of(new { _anna.Id }));
        Assert.Contains("was deactivated", (await client.ReceiveAsync()).Closed!.Output);
    }

    [Theory]
    [InlineData("DELETE FROM roles WHERE role_id = 'AROAOPERATORS0000000A'", "role that this session was started with was deleted")]
    [InlineData("UPDATE access_keys SET status = 'Inactive' WHERE user_id = @Id", "was deactivated")]
    public async Task Open_sessions_of_a_role_end_with_the_role_and_with_the_key_that_assumed_it(string change, string told)
    {
        await _principals.ChangeAsync("""
            INSERT INTO roles (role_id, name, path, max_session_duration, trust_policy, created_at) VALUES ('AROAOPERATORS0000000A', 'operators', '/', 3600,
              '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::000000000000:user/anna"},"Action":"sts:AssumeRole"}]}', 0)
            """);
        await _principals.SetPolicyAsync("AROAOPERATORS0000000A", ApiPrincipals.Allow("ssm:*"));
        var assumed = await (ApiCall.Query(QueryService.Sts, "Action=AssumeRole&RoleArn=arn:aws:iam::000000000000:role/operators&RoleSessionName=shift") with { Credentials = _anna.Keys }).SendAsync(_host);
        Assert.True(assumed.Status == 200, assumed.Body);
        var started = await Client(KeysIn(assumed.Body)).CallAsync(SsmOperations.StartSession, Shell(), Cancel);
        Assert.StartsWith("shift-", started.SessionId);
        using var agent = FakeEnd.Agent(await _node.OpenDataAsync(started.SessionId!));
        using var client = FakeEnd.Client(await FakeNode.OpenClientAsync(_host, started.StreamUrl!, started.TokenValue!));
        await _principals.ChangeAsync(change, SqlParameters.Of(new { _anna.Id }));
        Assert.Contains(told, (await client.ReceiveAsync()).Closed!.Output);
    }

    private static AwsCredentials KeysIn(string answer)
    {
        return new AwsCredentials(Element("AccessKeyId"), Element("SecretAccessKey"), Element("SessionToken"));

        string Element(string name) => System.Xml.Linq.XDocument.Parse(answer).Descendants().First(element => element.Name.LocalName == name).Value;
    }

    private StartSessionRequest Shell() => new() { Target = _node.Id };

    private StartSessionRequest Tunnel(string document, string? host, string port)
    {
        var parameters = new Dictionary<string, IReadOnlyList<string>> { ["portNumber"] = [port] };
        if (host is not null)
            parameters["host"] = [host];
        return new() { Target = _node.Id, DocumentName = document, Parameters = parameters };
    }

    private async Task<string> StartAsync(AwsCredentials keys) => (await Client(keys).CallAsync(SsmOperations.StartSession, Shell(), Cancel)).SessionId!;

    /// <summary>The refusal for want of permission; null when the call went through.</summary>
    private async Task<string?> DeniedAsync<TRequest, TResponse>(AwsCredentials keys, AwsOperation<TRequest, TResponse> operation, TRequest request)
    {
        try
        {
            await Client(keys).CallAsync(operation, request, Cancel);
            return null;
        }
        catch (AwsErrorException e) when (e.Code == "AccessDeniedException")
        {
            return e.Message;
        }
    }

    private AwsJsonClient Client(AwsCredentials keys) => _host.CreateApiClient(() => keys);

    private static string Policy(string statements) => $$"""{"Version":"2012-10-17","Statement":[{{statements}}]}""";
}
