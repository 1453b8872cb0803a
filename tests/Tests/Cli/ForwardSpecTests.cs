using Postern.Cli.Commands;
using Postern.Cli.Output;

namespace Postern.Tests.Cli;

public sealed class ForwardSpecTests
{
    [Theory]
    [InlineData("80", 0, null, 80, "localhost:80")]
    [InlineData("8080:80", 8080, null, 80, "localhost:80")]
    [InlineData("0:80", 0, null, 80, "localhost:80")]
    [InlineData("db.internal:5432", 0, "db.internal", 5432, "db.internal:5432")]
    [InlineData("15432:db.internal:5432", 15432, "db.internal", 5432, "db.internal:5432")]
    [InlineData("[fd00::1]:5432", 0, "fd00::1", 5432, "[fd00::1]:5432")]
    [InlineData("15432:[fd00::1]:5432", 15432, "fd00::1", 5432, "[fd00::1]:5432")]
    public void Forms_that_are_understood(string text, int local, string? host, int port, string remote)
    {
        var spec = ForwardSpec.Parse(text);
        Assert.Equal(new ForwardSpec(local, host, port), spec);
        Assert.Equal(remote, spec.Remote);
    }

    [Theory]
    [InlineData("")]
    [InlineData("0")]
    [InlineData("65536")]
    [InlineData("70000:80")]
    [InlineData("80:")]
    [InlineData(":80")]
    [InlineData("x:db:5432")]
    [InlineData("1:2:3:4")]
    [InlineData("[fd00::1")]
    [InlineData("8080[::1]:80")]
    [InlineData("-1:80")]
    public void Others_are_a_usage_error_that_shows_an_example(string text)
    {
        var error = Assert.Throws<CommandException>(() => ForwardSpec.Parse(text));
        Assert.Equal(ExitCodes.Usage, error.ExitCode);
        Assert.Contains("15432:db.internal:5432", error.Message);
    }
}
