using System.Security.Authentication;
using Postern.Cli.Commands;
using Postern.Cli.Config;
using Postern.Cli.Output;
using Postern.Client;
using Postern.Protocol.AwsJson;

namespace Postern.Tests.Cli;

public sealed class FailureTests
{
    [Theory]
    [InlineData("TargetNotConnected", ExitCodes.TargetUnavailable)]
    [InlineData("InvalidInstanceId", ExitCodes.TargetUnavailable)]
    [InlineData("AccessDeniedException", ExitCodes.Denied)]
    [InlineData("UnrecognizedClientException", ExitCodes.Denied)]
    [InlineData("InvalidSignatureException", ExitCodes.Denied)]
    [InlineData("ExpiredTokenException", ExitCodes.Denied)]
    [InlineData("InvalidDocument", ExitCodes.SessionFailed)]
    public void Code_of_the_service_decides_the_exit_code(string code, int exitCode)
    {
        var failure = Failure.Of(new AwsErrorException(code, "what happened"))!.Value;
        Assert.Equal(exitCode, failure.ExitCode);
        Assert.StartsWith($"{code}: what happened", failure.Text);
    }

    [Fact]
    public void Gateway_that_is_not_trusted_is_told_from_one_that_is_not_there()
    {
        var away = Failure.Of(new HttpRequestException("connection refused"))!.Value;
        var untrusted = Failure.Of(new HttpRequestException("tls", new AuthenticationException("bad certificate")))!.Value;
        Assert.Equal((ExitCodes.Unreachable, ExitCodes.Unreachable), (away.ExitCode, untrusted.ExitCode));
        Assert.DoesNotContain("--ca", away.Text);
        Assert.Contains("--ca", untrusted.Text);
    }

    [Fact]
    public void Settings_are_usage_and_credentials_are_access()
    {
        Assert.Equal(ExitCodes.Usage, Failure.Of(new SettingsException("x"))!.Value.ExitCode);
        Assert.Equal(ExitCodes.Denied, Failure.Of(new CredentialsException("x"))!.Value.ExitCode);
        Assert.Null(Failure.Of(new InvalidOperationException("a bug")));
    }

    [Fact]
    public void End_of_a_session_is_its_output()
    {
        var ended = new SessionEndedException(new SessionEnd(SessionEndReason.ChannelClosed, "db:5432: no such host"));
        Assert.Equal(new Failure("db:5432: no such host", ExitCodes.SessionFailed), Failure.Of(ended));
        Assert.Equal(ExitCodes.Denied, Failure.OfEnd(new SessionEnd(SessionEndReason.Refused, "no")).ExitCode);
    }

    [Theory]
    [InlineData("45m", 45)]
    [InlineData("24h", 24 * 60)]
    [InlineData("7d", 7 * 24 * 60)]
    public void Expiry_is_a_number_and_a_unit(string text, int minutes) => Assert.Equal(TimeSpan.FromMinutes(minutes), ActivateCommand.ParseExpiry(text));

    [Theory]
    [InlineData("")]
    [InlineData("h")]
    [InlineData("0h")]
    [InlineData("24")]
    [InlineData("31d")]
    [InlineData("-1h")]
    public void Other_expiries_are_refused(string text) => Assert.Equal(ExitCodes.Usage, Assert.Throws<CommandException>(() => ActivateCommand.ParseExpiry(text)).ExitCode);
}
