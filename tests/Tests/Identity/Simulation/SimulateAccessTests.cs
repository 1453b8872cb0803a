using Postern.Protocol.AwsJson;
using Postern.Tests.Api;
using Postern.Tests.Gateway;
using Postern.Tests.Support;

namespace Postern.Tests.Identity.Simulation;

/// <summary>What `postern why` asks: the answer must be that of the call itself, and say why.</summary>
public sealed class SimulateAccessTests : IAsyncLifetime
{
    private const string RemoteHost = "AWS-StartPortForwardingSessionToRemoteHost";
    private const string OrdersDb = """
        {"Version":"2012-10-17","Statement":[
          {"Sid":"OrdersDb","Effect":"Allow","Action":"ssm:StartSession","Resource":"arn:aws:ec2:*:*:instance/*",
           "Condition":{"StringEquals":{"ssm:resourceTag/env":"prod","postern:RemoteHost":"orders-db"},"NumericEquals":{"postern:RemotePort":"5432"}}},
          {"Sid":"Document","Effect":"Allow","Action":"ssm:StartSession","Resource":"arn:aws:ssm:*::document/AWS-StartPortForwardingSessionToRemoteHost"}]}
        """;

    private ServerHost _host = null!;
    private ApiPrincipals _principals = null!;
    private FakeNode _node = null!;
    private string _anna = "";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _host = await ServerHost.StartAsync(options => options with { LogLevel = Microsoft.Extensions.Logging.LogLevel.Error });
        _principals = new ApiPrincipals(_host);
        _node = await FakeNode.RegisterAsync(_host);
        (_anna, _) = await _principals.AddUserAsync("anna");
        await _principals.SetPolicyAsync(_anna, OrdersDb);
        await TagAsync("prod");
    }

    public async ValueTask DisposeAsync()
    {
        _node.Dispose();
        await _host.DisposeAsync();
    }

    [Fact]
    public async Task A_tunnel_is_decided_with_its_destination_and_the_node_s_tags_of_this_moment()
    {
        var allowed = await AskAsync(Tunnel("orders-db", "5432"));
        Assert.True(allowed.Allowed);
        Assert.Equal(["OrdersDb", "Document"], allowed.Decisions!.Select(decision => decision.Statement));
        Assert.Equal("inline policy test of user anna", allowed.Decisions![0].Policy);

        await TagAsync("dev");
        var denied = await AskAsync(Tunnel("orders-db", "5432"));

        Assert.False(denied.Allowed);
        var decision = denied.Decisions![0];
        Assert.Equal(("implicitDeny", "because no identity-based policy allows the ssm:StartSession action"), (decision.Decision, decision.Reason));
        Assert.Equal(("StringEquals ssm:resourceTag/env", "'prod'", "'dev'"), MismatchOf(decision));
        Assert.Equal("The statement OrdersDb of inline policy test of user anna would allow it if ssm:resourceTag/env were 'prod' (it is 'dev').", decision.Changes![0]);
    }

    [Fact]
    public async Task Another_port_is_denied_and_the_condition_is_named()
        => Assert.Equal(("NumericEquals postern:RemotePort", "'5432'", "'22'"), MismatchOf((await AskAsync(Tunnel("orders-db", "22"))).Decisions![0]));

    [Fact]
    public async Task One_statement_is_enough_for_a_tunnel_through_tagged_nodes()
    {
        await _principals.SetPolicyAsync(_anna, """
            {"Version":"2012-10-17","Statement":[{"Sid":"All","Effect":"Allow","Action":"ssm:StartSession",
              "Resource":["arn:aws:ssm:*:*:managed-instance/*","arn:aws:ssm:*::document/AWS-StartPortForwardingSessionToRemoteHost"],
              "Condition":{"StringEquals":{"postern:NodeTag/env":"prod","postern:RemoteHost":"orders-db"},"NumericEquals":{"postern:RemotePort":"5432"}}}]}
            """);
        Assert.True((await AskAsync(Tunnel("orders-db", "5432"))).Allowed);
        Assert.False((await AskAsync(Tunnel("orders-db", "5433"))).Allowed);
        Assert.False((await AskAsync(Tunnel("billing-db", "5432"))).Allowed);
        Assert.False((await AskAsync(new() { Principal = "anna", Action = "ssm:StartSession", Request = $$"""{"Target":"{{_node.Id}}"}""" })).Allowed);
        await TagAsync("dev");
        Assert.False((await AskAsync(Tunnel("orders-db", "5432"))).Allowed);
    }

    [Fact]
    public async Task Keys_given_stand_in_for_the_real_ones()
    {
        var context = new Dictionary<string, IReadOnlyList<string>> { ["SSM:resourceTag/env"] = ["dev"] };
        Assert.False((await AskAsync(Tunnel("orders-db", "5432") with { Context = context })).Allowed);
    }

    [Fact]
    public async Task An_explicit_denial_names_the_statement()
    {
        await _principals.SetPolicyAsync(_anna, ApiPrincipals.Deny("ssm:*"));
        var decision = Assert.Single((await AskAsync(new() { Principal = "user/anna", Action = "ssm:TerminateSession", Request = """{"SessionId":"anna-0123456789"}""" })).Decisions!);
        Assert.Equal(("explicitDeny", "Only", "arn:aws:ssm:us-east-1:000000000000:session/anna-0123456789"), (decision.Decision, decision.Statement, decision.Resource));
        Assert.Contains("The statement Only of inline policy test of user anna denies this", Assert.Single(decision.Changes!));
    }

    [Fact]
    public async Task Roles_others_and_oneself_can_be_asked_for()
    {
        Assert.True((await AskAsync(new() { Action = "iam:CreateUser", Request = "UserName=x" })).Allowed);
        var role = await AskAsync(new() { Principal = "role/service-role/nodes", Action = "ssm:GetDocument", Request = """{"Name":"SSM-SessionManagerRunShell"}""" });
        Assert.Equal(("arn:aws:iam::000000000000:role/service-role/nodes", true), (role.Principal, role.Allowed));
        Assert.Equal("arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore", role.Decisions![0].Policy);
        var resources = await AskAsync(new() { Principal = "anna", Action = "s3:GetObject", Resources = ["arn:aws:s3:::a/b", "arn:aws:s3:::a/c"] });
        Assert.Equal(["arn:aws:s3:::a/b", "arn:aws:s3:::a/c"], resources.Decisions!.Select(decision => decision.Resource));
    }

    [Theory]
    [InlineData("nobody", "ssm:StartSession", "NoSuchEntityException")]
    [InlineData("arn:aws:iam::000000000000:user/x/anna", "ssm:StartSession", "NoSuchEntityException")]
    [InlineData("role/anna", "ssm:StartSession", "NoSuchEntityException")]
    [InlineData("anna", "StartSession", "ValidationException")]
    [InlineData("anna", "ssm:*", "ValidationException")]
    [InlineData("anna", "ssm:UpdateInstanceInformation", "ValidationException")]
    public async Task A_question_that_cannot_be_answered_is_refused(string principal, string action, string code)
        => Assert.Equal(code, (await Assert.ThrowsAsync<AwsErrorException>(() => AskAsync(new() { Principal = principal, Action = action }))).Code);

    [Fact]
    public async Task The_answer_is_that_of_the_call()
    {
        var (id, keys) = await _principals.AddUserAsync("ben");
        var ben = _host.CreateApiClient(() => keys);
        foreach (var policy in (string[])[OrdersDb, ApiPrincipals.Allow("ssm:StartSession"), ApiPrincipals.Allow("ssm:StartSession", "arn:aws:ssm:*:*:document/*"), ApiPrincipals.Deny("*")])
        {
            await _principals.SetPolicyAsync(id, policy);
            foreach (var question in (SimulateAccessRequest[])[Tunnel("orders-db", "5432"), Tunnel("x", "5432")])
            {
                var simulated = await AskAsync(question with { Principal = "ben" });
                var error = await Assert.ThrowsAsync<AwsErrorException>(() => ben.CallAsync(SsmOperations.StartSession, new StartSessionRequest
                {
                    Target = _node.Id,
                    DocumentName = RemoteHost,
                    Parameters = new Dictionary<string, IReadOnlyList<string>> { ["host"] = [question.Request!.Contains("orders") ? "orders-db" : "x"], ["portNumber"] = ["5432"] },
                }, Cancel));
                Assert.Equal(simulated.Allowed ? "TargetNotConnected" : "AccessDeniedException", error.Code); // the node has no control channel here
                if (!simulated.Allowed)
                    Assert.Contains(simulated.Decisions!.First(decision => decision.Decision != "allowed").Reason!, error.Message);
            }
        }
    }

    [Fact]
    public async Task A_policy_is_tested_against_cases()
    {
        var context = new Dictionary<string, IReadOnlyList<string>> { ["ssm:resourceTag/env"] = ["prod"], ["postern:RemoteHost"] = ["orders-db"], ["postern:RemotePort"] = ["5432"] };
        var answer = await _host.CreateApiClient().CallAsync(SimulationOperations.SimulatePolicy, new SimulatePolicyRequest
        {
            Policy = OrdersDb,
            Cases = [new() { Action = "ssm:StartSession", Resources = ["arn:aws:ec2:r:1:instance/mi-1"], Context = context }, new() { Action = "ssm:StartSession", Resources = ["arn:aws:ec2:r:1:instance/mi-1"] }, new() { Action = "ssm:ListDocuments" }],
        }, Cancel);
        Assert.Equal(["allowed", "implicitDeny", "implicitDeny"], answer.Decisions!.Select(decision => decision.Decision));
        Assert.Equal(["postern:RemoteHost", "postern:RemotePort", "ssm:resourceTag/env"], answer.Decisions![1].MissingKeys);

        var fault = await Assert.ThrowsAsync<AwsErrorException>(() => _host.CreateApiClient().CallAsync(SimulationOperations.SimulatePolicy, new SimulatePolicyRequest { Policy = "{", Cases = [new() { Action = "a:b" }] }, Cancel));
        Assert.Equal("MalformedPolicyDocumentException", fault.Code);
    }

    private SimulateAccessRequest Tunnel(string host, string port) => new()
    {
        Principal = "anna",
        Action = "ssm:StartSession",
        Request = $$"""{"Target":"{{_node.Id}}","DocumentName":"{{RemoteHost}}","Parameters":{"host":["{{host}}"],"portNumber":["{{port}}"]} }""",
    };

    private static (string?, string?, string?) MismatchOf(AccessDecision decision)
    {
        var mismatch = Assert.Single(decision.Closest![0].Mismatches!);
        return (mismatch.Element, mismatch.Wanted, mismatch.Given);
    }

    private Task<SimulateAccessResponse> AskAsync(SimulateAccessRequest request) => _host.CreateApiClient().CallAsync(SimulationOperations.SimulateAccess, request, Cancel);

    private Task TagAsync(string env) => _host.CreateApiClient().CallAsync(SsmOperations.AddTagsToResource,
        new AddTagsToResourceRequest { ResourceType = "ManagedInstance", ResourceId = _node.Id, Tags = [new Tag { Key = "env", Value = env }] }, Cancel);
}
