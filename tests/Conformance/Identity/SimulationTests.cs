using System.Text.Json.Nodes;
using Postern.Conformance.Support;

namespace Postern.Conformance.Identity;

/// <summary>`aws iam simulate-…`, which parses every element of the answer.</summary>
public sealed class SimulationTests(World world)
{
    private const string Policy = """{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"ssm:*","Resource":"*","Condition":{"StringEquals":{"ssm:resourceTag/env":"dev"}}}]}""";

    [Fact]
    public async Task A_custom_policy_is_simulated()
    {
        var answer = await IamAsync("simulate-custom-policy", "--policy-input-list", Policy, "--action-names", "ssm:StartSession", "iam:GetUser", "--resource-arns", "arn:aws:ec2:us-east-1:000000000000:instance/mi-0123456789abcdef0",
            "--context-entries", "ContextKeyName=ssm:resourceTag/env,ContextKeyValues=dev,ContextKeyType=string");

        var results = answer["EvaluationResults"]!.AsArray();
        Assert.Equal(["allowed", "implicitDeny"], results.Select(one => (string?)one!["EvalDecision"]));
        var statement = results[0]!["MatchedStatements"]![0]!;
        Assert.Equal("PolicyInputList.1", (string?)statement["SourcePolicyId"]);
        Assert.Equal((1, Policy.IndexOf("{\"Effect", StringComparison.Ordinal) + 1), ((int)statement["StartPosition"]!["Line"]!, (int)statement["StartPosition"]!["Column"]!));
        Assert.Equal(Policy.Length - 1, (int)statement["EndPosition"]!["Column"]!);
    }

    [Fact]
    public async Task A_principal_is_simulated()
    {
        var me = (string)(await CallAsync("sts", "get-caller-identity"))["Arn"]!;
        var answer = await IamAsync("simulate-principal-policy", "--policy-source-arn", me, "--action-names", "ssm:StartSession");
        Assert.Equal("allowed", (string?)answer["EvaluationResults"]![0]!["EvalDecision"]);
        Assert.Equal("aws-managed", (string?)answer["EvaluationResults"]![0]!["MatchedStatements"]![0]!["SourcePolicyType"]);
        Assert.Empty((await IamAsync("get-context-keys-for-principal-policy", "--policy-source-arn", me))["ContextKeyNames"]!.AsArray());
    }

    [Fact]
    public async Task The_keys_of_a_policy_are_listed()
        => Assert.Equal(["ssm:resourceTag/env"], (await IamAsync("get-context-keys-for-custom-policy", "--policy-input-list", Policy))["ContextKeyNames"]!.AsArray().Select(key => (string?)key));

    private Task<JsonObject> IamAsync(params string[] arguments) => CallAsync(["iam", .. arguments]);

    private async Task<JsonObject> CallAsync(params string[] arguments)
    {
        var gateway = await world.GatewayAsync();
        return JsonNode.Parse(await Child.OutputOfAsync(AwsCli.Command(gateway, AwsCli.AnyVersion, ["--endpoint-url", gateway.Endpoint, "--output", "json", .. arguments])))!.AsObject();
    }
}
