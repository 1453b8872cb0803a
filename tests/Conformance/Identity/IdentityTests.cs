using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Postern.Conformance.Support;
using Postern.Conformance.Support.Persons;

namespace Postern.Conformance.Identity;

/// <summary>IAM and STS as boto3 and the AWS CLI call them.</summary>
public sealed partial class IdentityTests
{
    private const string Region = "eu-central-1";

    /// <summary>What the script must at least have called, so that a shortened script is found out.</summary>
    private const int Operations = 95;

    [Fact]
    public async Task Boto3_calls_every_operation_and_is_answered_as_by_AWS()
    {
        Assert.SkipWhen(new BotoPerson().Unavailable is not null, new BotoPerson().Unavailable ?? "");
        await using var gateway = await Gateway.StartAsync();
        var output = await Child.OutputOfAsync(BotoPerson.Run(gateway, "boto_identity.py"), within: TimeSpan.FromMinutes(2));
        var last = output.Trim().Split('\n')[^1].Split(' ');
        Assert.Equal("ok", last[0]);
        Assert.True(int.Parse(last[1]) >= Operations, output);
    }

    /// <summary>Which operations these are is held against those of the gateway by a test of its own.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task The_AWS_CLI_makes_a_round_trip_with_every_operation(int version)
    {
        var python = AwsCli.PythonOf(version);
        Assert.SkipWhen(python is null, $"no python3 of this machine has the AWS CLI {version}");
        await using var gateway = await Gateway.StartAsync();
        var output = await Child.OutputOfAsync(AwsCli.Script(gateway, python, "aws_identity.py"), within: TimeSpan.FromMinutes(4));
        var lines = output.Trim().Split('\n');
        Assert.StartsWith("ok ", lines[^1]);
        var written = CommandLine().Matches(await File.ReadAllTextAsync(Repository.Script("aws_identity.py"))).Select(call => $"{call.Groups["service"]} {call.Groups["operation"]}");
        Assert.Equal(written.Distinct().Order(StringComparer.Ordinal), lines[..^1].Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Attempts_of_boto3_are_heard_and_copies_of_its_requests_are_not()
    {
        Assert.SkipWhen(new BotoPerson().Unavailable is not null, new BotoPerson().Unavailable ?? "");
        await using var gateway = await Gateway.StartAsync();
        var output = await Child.OutputOfAsync(BotoPerson.Run(gateway, "boto_replay.py"), within: TimeSpan.FromMinutes(2));
        Assert.Equal("ok", output.Trim());
    }

    [Fact]
    public async Task In_another_region_IAM_is_called_as_global_and_STS_either_way()
    {
        Assert.SkipWhen(new BotoPerson().Unavailable is not null, new BotoPerson().Unavailable ?? "");
        await using var gateway = await Gateway.StartAsync("--region", Region, "--account", "123456789012");
        var command = BotoPerson.Run(gateway, "boto_identity.py");
        await Child.OutputOfAsync(command.With(new Dictionary<string, string?> { ["TEST_REGION"] = Region }), within: TimeSpan.FromMinutes(2));
        await Child.OutputOfAsync(command.With(new Dictionary<string, string?> { ["TEST_REGION"] = "us-east-1" }), within: TimeSpan.FromMinutes(2));
    }

    [Fact]
    public async Task A_team_moves_in_with_the_aws_command_line()
    {
        await using var gateway = await Gateway.StartAsync();
        const string Policy = """{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"ssm:DescribeInstanceInformation","Resource":"*"}]}""";
        await AwsCli.TextAsync(gateway, "iam", "create-group", "--group-name", "people");
        await AwsCli.TextAsync(gateway, "iam", "put-group-policy", "--group-name", "people", "--policy-name", "look", "--policy-document", Policy);
        await AwsCli.TextAsync(gateway, "iam", "create-user", "--user-name", "ada", "--tags", "Key=team,Value=core");
        var key = JsonNode.Parse(await AwsCli.TextAsync(gateway, "--output", "json", "iam", "create-access-key", "--user-name", "ada"))!["AccessKey"]!;
        var ada = new Dictionary<string, string?>
        {
            ["AWS_ACCESS_KEY_ID"] = (string?)key["AccessKeyId"],
            ["AWS_SECRET_ACCESS_KEY"] = (string?)key["SecretAccessKey"],
        };

        Assert.Contains("is not authorized to perform: ssm:DescribeInstanceInformation", (await LookAsync()).Errors);
        await AwsCli.TextAsync(gateway, "iam", "add-user-to-group", "--group-name", "people", "--user-name", "ada");
        Assert.Equal(0, (await LookAsync()).ExitCode);
        Assert.Contains("(AccessDenied)", (await AsAdaAsync("iam", "list-users")).Errors);
        await AwsCli.TextAsync(gateway, "iam", "update-access-key", "--user-name", "ada", "--access-key-id", (string)key["AccessKeyId"]!, "--status", "Inactive");
        Assert.Contains("UnrecognizedClientException", (await LookAsync()).Errors);

        Task<Finished> LookAsync() => AsAdaAsync("ssm", "describe-instance-information");

        Task<Finished> AsAdaAsync(params string[] arguments)
            => Child.RunAsync(AwsCli.Command(gateway, AwsCli.AnyVersion, ["--endpoint-url", gateway.Endpoint, .. arguments]).With(ada));
    }

    [GeneratedRegex("""\b(?<service>iam|sts)\("(?<operation>[a-z0-9-]+)["]""")]
    private static partial Regex CommandLine();
}
