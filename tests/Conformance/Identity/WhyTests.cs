using System.Text.Json.Nodes;
using Postern.Conformance.Support;
using Postern.Conformance.Support.Persons;

namespace Postern.Conformance.Identity;

/// <summary>`postern why` as a person runs it, against users made with `aws iam`.</summary>
public sealed class WhyTests(World world)
{
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
