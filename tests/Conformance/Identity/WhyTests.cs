using System.Text.Json.Nodes;
using Postern.Conformance.Support;
using Postern.Conformance.Support.Persons;

namespace Postern.Conformance.Identity;

/// <summary>`postern why` and `postern policy test` as a person runs them, against users made with `aws iam`.</summary>
public sealed class WhyTests(World world) : IDisposable
{
    private readonly string _folder = Repository.MakeFolder("policy");

    private const string Policy = """
        {"Version":"2012-10-17","Statement":[
          {"Sid":"Own","Effect":"Allow","Action":["ssm:ResumeSession","ssm:TerminateSession"],"Resource":"arn:aws:ssm:*:*:session/${aws:username}-*"},
          {"Sid":"Dev","Effect":"Allow","Action":"ssm:StartSession","Resource":"*","Condition":{"StringEquals":{"ssm:resourceTag/env":"dev"}}}]}
        """;

    [Fact]
    public async Task Why_says_which_statement_allows()
    {
        var name = await UserAsync();
        var (exit, output, _) = await RunAsync("why", name, "TerminateSession", $"{name}-0123456789abcdef0");
        Assert.Equal(0, exit);
        Assert.Contains($"allowed  arn:aws:iam::000000000000:user/{name} ssm:TerminateSession", output);
        Assert.Contains($"by statement Own of inline policy own of user {name}", output);
    }

    [Fact]
    public async Task Why_says_what_would_have_to_change()
    {
        var name = await UserAsync();
        var (exit, output, _) = await RunAsync("why", name, "StartSession", "mi-0123456789abcdef0", "orders-db:5432");
        Assert.Equal(4, exit);
        Assert.Contains("because no identity-based policy allows the ssm:StartSession action", output);
        Assert.Contains("would allow it if ssm:resourceTag/env were 'dev' (it is absent).", output);

        (exit, output, _) = await RunAsync("why", name, "StartSession", "mi-0123456789abcdef0", "orders-db:5432", "--context", "ssm:resourceTag/env=dev", "--json");
        Assert.Equal(0, exit);
        var answer = JsonNode.Parse(output)!;
        Assert.True((bool)answer["allowed"]!);
        Assert.Equal(2, answer["decisions"]!.AsArray().Count); // the node and the document
    }

    [Fact]
    public async Task Why_refuses_what_it_cannot_answer()
    {
        Assert.Contains("There is no user or role nobody", (await RunAsync("why", "nobody", "StartSession")).Errors);
        Assert.Equal(2, (await RunAsync("why", "admin", "TerminateSession", "a-1", "host:22")).Exit);
        Assert.Equal(2, (await RunAsync("why", "admin", "StartSession", "--context", "nothing")).Exit);
    }

    [Fact]
    public async Task A_policy_is_run_against_cases()
    {
        var (policy, cases) = (await FileAsync("policy.json", Policy), await FileAsync("cases.json", """
            {"context":{"aws:username":"anna"},"cases":[
              {"name":"own session","action":"ssm:TerminateSession","resource":"arn:aws:ssm:us-east-1:000000000000:session/anna-1","expect":"allowed","statement":"Own"},
              {"name":"another's session","action":"ssm:TerminateSession","resource":"arn:aws:ssm:us-east-1:000000000000:session/bert-1","expect":"allowed"}]}
            """));
        var (exit, output, _) = await RunAsync("policy", "test", policy, "--cases", cases);
        Assert.Equal(1, exit);
        Assert.Contains("wrong: another's session: expected allowed", output);
        Assert.Contains("1 of 2 cases are as expected.", output);

        var broken = await FileAsync("policy.json", Policy.Replace("\"Effect\"", "\"effect\"", StringComparison.Ordinal));
        (exit, _, var errors) = await RunAsync("policy", "test", broken, "--cases", cases);
        Assert.Equal(1, exit);
        Assert.Contains("Statement[0].effect: a statement has no element effect; write Effect (line 2, column", errors);
    }

    [Fact]
    public async Task A_policy_is_run_against_recorded_calls()
    {
        var name = await UserAsync();
        var gateway = await world.GatewayAsync();
        var key = JsonNode.Parse(await Child.OutputOfAsync(Iam(gateway, "create-access-key", "--user-name", name)))!["AccessKey"]!;
        var terminate = PosternPerson.Postern(gateway, "terminate", $"{name}-0123456789abcdef0");
        var environment = new Dictionary<string, string?>(terminate.Environment) { ["AWS_ACCESS_KEY_ID"] = (string?)key["AccessKeyId"], ["AWS_SECRET_ACCESS_KEY"] = (string?)key["SecretAccessKey"] };
        await using (var call = Child.Start(terminate with { Environment = environment }))
            await call.ExitAsync(TimeSpan.FromMinutes(1)); // allowed, though there is no such session

        var same = await RunAsync("policy", "test", await FileAsync("policy.json", Policy), "--against-log", "1", "--user", name);
        Assert.Equal((0, "1 recorded calls, 1 different: 0 that were allowed would be denied, 0 that were denied would be allowed."), (same.Exit, same.Output.Trim()));

        var (exit, output, _) = await RunAsync("policy", "test", await FileAsync("policy.json", Policy.Replace("username}-", "username}x", StringComparison.Ordinal)), "--against-log", "1", "--user", name);
        Assert.Equal(1, exit);
        Assert.Contains($"was allowed: {name} ssm:TerminateSession on arn:aws:ssm:us-east-1:000000000000:session/{name}-0123456789abcdef0", output);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private async Task<string> FileAsync(string name, string text)
    {
        var path = Path.Combine(_folder, name);
        await File.WriteAllTextAsync(path, text);
        return path;
    }

    private async Task<string> UserAsync()
    {
        var gateway = await world.GatewayAsync();
        var name = $"why-{Guid.NewGuid():n}"[..12];
        await Child.OutputOfAsync(Iam(gateway, "create-user", "--user-name", name));
        await Child.OutputOfAsync(Iam(gateway, "put-user-policy", "--user-name", name, "--policy-name", "own", "--policy-document", Policy));
        return name;
    }

    private static Command Iam(Gateway gateway, params string[] arguments) => AwsCli.Command(gateway, AwsCli.AnyVersion, ["--endpoint-url", gateway.Endpoint, "iam", .. arguments]);

    private async Task<(int Exit, string Output, string Errors)> RunAsync(params string[] arguments)
    {
        await using var child = Child.Start(PosternPerson.Postern(await world.GatewayAsync(), arguments));
        var exit = await child.ExitAsync(TimeSpan.FromMinutes(1));
        return (exit, child.Output.Text, child.Errors.Text);
    }
}
