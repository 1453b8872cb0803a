using Postern.Cli.Plugin;

namespace Postern.Tests.Cli;

public sealed class PluginArgumentsTests
{
    private const string Response = """{"SessionId":"alice-1","TokenValue":"t","StreamUrl":"wss://g/v1/data-channel/alice-1?role=publish_subscribe"}""";
    private const string Request = """{"Target":"mi-0123456789abcdef0"}""";

    [Fact]
    public void Without_arguments_it_says_that_it_is_installed()
    {
        Assert.Null(PluginArguments.Parse([], out var text));
        Assert.Equal("\nThe Session Manager plugin was installed successfully. Use the AWS CLI to start a session.\n\n", text);
    }

    [Fact]
    public void Version_has_four_numbers_above_the_gate_for_the_environment_variable()
    {
        Assert.Null(PluginArguments.Parse(["--version"], out var text));
        Assert.Matches(@"^\d+\.\d+\.\d+\.\d+\n$", text);
        Assert.True(Version.Parse(text) > new Version(1, 2, 497, 0));
    }

    [Theory]
    [InlineData("frob")]
    [InlineData("frob", "x")]
    [InlineData("--version", "x")]
    public void One_or_two_other_arguments_are_an_unknown_operation(params string[] args)
    {
        Assert.Null(PluginArguments.Parse(args, out var text));
        Assert.Equal($"\nUnknown operation {args[0]}. \nUse session-manager-plugin --version to check the version.\n\n", text);
    }

    [Fact]
    public void Other_operation_is_invalid_without_a_new_line()
    {
        Assert.Null(PluginArguments.Parse([Response, "us-east-1", "EndSession"], out var text));
        Assert.Equal("Invalid Operation", text);
    }

    [Theory]
    [InlineData("{")]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("""{"a":{"SessionId":"x","TokenValue":"t","StreamUrl":"wss://g"}}""")]
    [InlineData("""{"SessionId":1,"TokenValue":"t","StreamUrl":"wss://g"}""")]
    [InlineData("""{"SessionId":"alice-1"}""")]
    public void Answer_that_cannot_be_used_says_so_on_one_line(string response)
    {
        Assert.Null(PluginArguments.Parse([response, "us-east-1", "StartSession", "", Request, "https://g"], out var text));
        Assert.Matches("^Cannot perform start session: [^\n]+\n$", text);
    }

    [Fact]
    public void Six_arguments_are_taken_in_their_order()
    {
        var parsed = PluginArguments.Parse([Response, "eu-west-1", "StartSession", "dev", Request, "https://gateway:8443"], out _)!;
        Assert.Equal(("alice-1", "t"), (parsed.Started.SessionId, parsed.Started.TokenValue));
        Assert.Equal(("eu-west-1", "dev", "https://gateway:8443"), (parsed.Region, parsed.Profile, parsed.Endpoint));
    }

    [Fact]
    public void Three_arguments_of_an_old_tool_are_enough()
    {
        var parsed = PluginArguments.Parse([Response, "eu-west-1", "StartSession"], out _)!;
        Assert.Equal(("", ""), (parsed.Profile, parsed.Endpoint));
    }

    [Fact]
    public void Answer_in_the_environment_is_read_and_removed()
    {
        const string name = "AWS_SSM_START_SESSION_RESPONSE_TEST";
        Environment.SetEnvironmentVariable(name, Response);
        var parsed = PluginArguments.Parse([name, "eu-west-1", "StartSession", "", Request, "https://g"], out _)!;
        Assert.Equal("alice-1", parsed.Started.SessionId);
        Assert.Null(Environment.GetEnvironmentVariable(name));
    }
}
