using System.Xml.Linq;
using Postern.Server.Api;
using Postern.Tests.Api;
using Postern.Tests.Support;

namespace Postern.Tests.Identity.Simulation;

/// <summary>Simulations on the wire: what a principal may, decided without anybody doing it.</summary>
public sealed class SimulationTests : IAsyncLifetime
{
    private const string Anna = "arn:aws:iam::000000000000:user/anna";
    private const string Node = "arn:aws:ssm:us-east-1:000000000000:managed-instance/mi-0123456789abcdef0";
    private static readonly string OnInstances = """
        {
          "Version": "2012-10-17",
          "Statement": [
            { "Sid": "Dev", "Effect": "Allow", "Action": "ssm:StartSession", "Resource": "arn:aws:ec2:*:*:instance/*",
              "Condition": { "StringEquals": { "ssm:resourceTag/env": "dev" } } },
            { "Sid": "Own", "Effect": "Allow", "Action": "ssm:TerminateSession", "Resource": "arn:aws:ssm:*:*:session/${aws:username}-*" }
          ]
        }
        """;

    private ServerHost _host = null!;
    private ApiPrincipals _principals = null!;
    private string _anna = "";

    public async ValueTask InitializeAsync()
    {
        _host = await ServerHost.StartAsync();
        _principals = new ApiPrincipals(_host);
        (_anna, _) = await _principals.AddUserAsync("anna");
        await _principals.SetPolicyAsync(_anna, OnInstances);
    }

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task A_principal_s_policies_decide_with_its_own_keys_and_those_given()
    {
        var result = Results(await PrincipalAsync($"ActionNames.member.1=ssm:StartSession&ActionNames.member.2=ssm:TerminateSession&ResourceArns.member.1={Node}&ResourceArns.member.2=arn:aws:ssm:us-east-1:000000000000:session/anna-1"
            + "&ContextEntries.member.1.ContextKeyName=ssm:resourceTag/env&ContextEntries.member.1.ContextKeyType=string&ContextEntries.member.1.ContextKeyValues.member.1=dev"));

        Assert.Equal(["ssm:StartSession allowed", "ssm:StartSession implicitDeny", "ssm:TerminateSession implicitDeny", "ssm:TerminateSession allowed"],
            result.Select(one => $"{Text(one, "EvalActionName")} {Text(one, "EvalDecision")}"));
        Assert.Equal(Node, Text(result[0], "EvalResourceName"));
        Assert.Equal(("inline policy test of user anna", "user", "4"), (Text(result[0], "SourcePolicyId"), Text(result[0], "SourcePolicyType"), Text(result[0], "Line")));
    }

    [Fact]
    public async Task Keys_that_were_not_given_are_named()
    {
        var result = Assert.Single(Results(await PrincipalAsync($"ActionNames.member.1=ssm:StartSession&ResourceArns.member.1={Node}")));
        Assert.Equal("implicitDeny", Text(result, "EvalDecision"));
        Assert.Equal("ssm:resourceTag/env", Text(result, "MissingContextValues"));
    }

    [Fact]
    public async Task A_denial_among_the_policies_given_counts_and_is_the_one_shown()
    {
        var deny = Uri.EscapeDataString(ApiPrincipals.Deny("ssm:*"));
        var result = Assert.Single(Results(await PrincipalAsync($"ActionNames.member.1=ssm:TerminateSession&ResourceArns.member.1=arn:aws:ssm:us-east-1:000000000000:session/anna-1&PolicyInputList.member.1={deny}")));
        Assert.Equal(("explicitDeny", "PolicyInputList.1", "none"), (Text(result, "EvalDecision"), Text(result, "SourcePolicyId"), Text(result, "SourcePolicyType")));
    }

    [Fact]
    public async Task A_boundary_takes_part_and_is_told_of()
    {
        var boundary = Uri.EscapeDataString(ApiPrincipals.Allow("iam:*"));
        var result = Assert.Single(Results(await PrincipalAsync($"ActionNames.member.1=ssm:TerminateSession&ResourceArns.member.1=arn:aws:ssm:us-east-1:000000000000:session/anna-1&PermissionsBoundaryPolicyInputList.member.1={boundary}")));
        Assert.Equal(("implicitDeny", "false"), (Text(result, "EvalDecision"), Text(result, "AllowedByPermissionsBoundary")));
    }

    [Fact]
    public async Task Pages_together_hold_every_case_once()
    {
        var actions = string.Join('&', Enumerable.Range(1, 7).Select(n => $"ActionNames.member.{n}=ssm:Act{n}"));
        var policy = $"PolicyInputList.member.1={Uri.EscapeDataString(ApiPrincipals.Allow("ssm:Act*"))}";
        var seen = new List<string?>();
        var marker = "";
        do
        {
            var page = await CallAsync($"Action=SimulateCustomPolicy&{policy}&{actions}&MaxItems=3{marker}");
            seen.AddRange(Results(page).Select(one => Text(one, "EvalActionName")));
            marker = Text(XElement.Parse(page.Body), "Marker") is { } next ? $"&Marker={next}" : "";
        }
        while (marker.Length > 0);
        Assert.Equal(Enumerable.Range(1, 7).Select(n => $"ssm:Act{n}"), seen);
    }

    [Fact]
    public async Task The_keys_that_policies_ask_for_are_listed()
    {
        var principal = await CallAsync($"Action=GetContextKeysForPrincipalPolicy&PolicySourceArn={Anna}");
        Assert.Equal(["aws:username", "ssm:resourceTag/env"], Members(principal, "ContextKeyNames"));
        var custom = await CallAsync($"Action=GetContextKeysForCustomPolicy&PolicyInputList.member.1={Uri.EscapeDataString(ApiPrincipals.Allow("a:b", "*", """{"Null":{"aws:TokenIssueTime":"true"}}"""))}");
        Assert.Equal(["aws:TokenIssueTime"], Members(custom, "ContextKeyNames"));
    }

    [Fact]
    public async Task A_group_and_a_role_can_be_simulated()
    {
        await _principals.ChangeAsync("INSERT INTO iam_groups (group_id, name, path, created_at) VALUES ('AGPATEST', 'ops', '/', 0)");
        await _principals.SetPolicyAsync("AGPATEST", ApiPrincipals.Allow("ssm:*"));
        var group = await CallAsync("Action=SimulatePrincipalPolicy&PolicySourceArn=arn:aws:iam::000000000000:group/ops&ActionNames.member.1=ssm:StartSession");
        Assert.Equal(("allowed", "group"), (Text(Results(group)[0], "EvalDecision"), Text(Results(group)[0], "SourcePolicyType")));
        var role = await CallAsync("Action=SimulatePrincipalPolicy&PolicySourceArn=arn:aws:iam::000000000000:role/service-role/nodes&ActionNames.member.1=ssmmessages:OpenDataChannel");
        Assert.Equal(("allowed", "aws-managed"), (Text(Results(role)[0], "EvalDecision"), Text(Results(role)[0], "SourcePolicyType")));
    }

    [Theory]
    [InlineData("PolicySourceArn=arn:aws:iam::000000000000:user/nobody&ActionNames.member.1=ssm:StartSession", 404, "NoSuchEntity")]
    [InlineData("PolicySourceArn=arn:aws:iam::000000000000:user/other/anna&ActionNames.member.1=ssm:StartSession", 404, "NoSuchEntity")]
    [InlineData("PolicySourceArn=arn:aws:iam::111111111111:user/anna&ActionNames.member.1=ssm:StartSession", 404, "NoSuchEntity")]
    [InlineData("PolicySourceArn=arn:aws:iam::000000000000:user/anna", 400, "ValidationError")]
    [InlineData("PolicySourceArn=arn:aws:iam::000000000000:user/anna&ActionNames.member.1=ssm:*", 400, "ValidationError")]
    [InlineData("PolicySourceArn=arn:aws:iam::000000000000:user/anna&ActionNames.member.1=ssm:StartSession&PolicyInputList.member.1=%7B%7D", 400, "InvalidInput")]
    public async Task A_question_that_cannot_be_answered_is_refused(string form, int status, string code)
    {
        var answer = await CallAsync($"Action=SimulatePrincipalPolicy&{form}");
        Assert.Equal((status, code), (answer.Status, answer.Error.Code));
    }

    private Task<ApiAnswer> PrincipalAsync(string form) => CallAsync($"Action=SimulatePrincipalPolicy&PolicySourceArn={Anna}&{form}");

    private Task<ApiAnswer> CallAsync(string form) => (ApiCall.Query(QueryService.Iam, form) with { Credentials = _host.Administrator }).SendAsync(_host);

    private static List<XElement> Results(ApiAnswer answer)
    {
        Assert.True(answer.Status == 200, answer.Body);
        return [.. XElement.Parse(answer.Body).Descendants().Where(element => element.Name.LocalName == "EvaluationResults").Elements()];
    }

    private static string? Text(XElement element, string name) => element.Descendants().FirstOrDefault(child => child.Name.LocalName == name)?.Value;

    private static IEnumerable<string> Members(ApiAnswer answer, string name)
    {
        Assert.True(answer.Status == 200, answer.Body);
        return XElement.Parse(answer.Body).Descendants().First(element => element.Name.LocalName == name).Elements().Select(member => member.Value);
    }
}
