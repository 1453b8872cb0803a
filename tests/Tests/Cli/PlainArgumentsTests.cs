using Postern.Cli.Commands;
using Postern.Cli.Config;

namespace Postern.Tests.Cli;

public sealed class PlainArgumentsTests
{
    [Fact]
    public void Options_of_the_gateway_stand_before_between_or_behind_operands()
    {
        Assert.True(PlainArguments.TryParse(["--profile", "dev", "web-1", "--ca=ca.pem", "8080:80", "--region", "eu-west-1"], out var parsed));
        Assert.Equal(new SettingOptions("dev", "eu-west-1", null, "ca.pem"), parsed.Settings);
        Assert.Equal(["web-1", "8080:80"], parsed.Operands);
    }

    [Theory]
    [InlineData]
    [InlineData("--profile", "dev")]
    [InlineData("web-1", "--help")]
    [InlineData("web-1", "-h")]
    [InlineData("web-1", "--", "uptime")]
    [InlineData("web-1", "--reason", "why")]
    [InlineData("web-1", "--profile")]
    [InlineData("web-1", "--profile", "--json")]
    [InlineData("web-1", "[::1]:80")]
    [InlineData("web-1", "@file")]
    [InlineData("")]
    public void Anything_else_is_left_to_the_ordinary_parser(params string[] args) => Assert.False(PlainArguments.TryParse(args, out _));
}
