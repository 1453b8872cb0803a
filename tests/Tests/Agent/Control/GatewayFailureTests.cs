using System.Net.Sockets;
using System.Security.Authentication;
using Postern.Agent.Control;
using Postern.Agent.Host;
using Postern.Protocol.AwsJson;

namespace Postern.Tests.Agent.Control;

public sealed class GatewayFailureTests
{
    private static readonly Uri Gateway = new("https://gateway.example:8443");

    private static string Describe(Exception inner, TimeSpan skew = default) => GatewayFailure.Describe(new HttpRequestException("outer", inner), Gateway, skew);

    [Theory]
    [InlineData(SocketError.HostNotFound, "gateway.example cannot be resolved: no such host")]
    [InlineData(SocketError.TryAgain, "the name server does not answer")]
    [InlineData(SocketError.ConnectionRefused, "nothing listens on gateway.example:8443")]
    [InlineData(SocketError.TimedOut, "firewall")]
    public void A_network_failure_says_what_is_wrong(SocketError error, string expected)
        => Assert.Contains(expected, Describe(new SocketException((int)error)), StringComparison.Ordinal);

    [Theory]
    [InlineData("The remote certificate is invalid according to the validation procedure: RemoteCertificateNameMismatch", "not for the name gateway.example")]
    [InlineData("The remote certificate is invalid because of errors in the certificate chain: UntrustedRoot", "register --ca")]
    public void A_certificate_says_what_is_wrong(string message, string expected)
        => Assert.Contains(expected, Describe(new AuthenticationException(message)), StringComparison.Ordinal);

    [Fact]
    public void A_wrong_clock_is_the_reason_before_the_signature_is()
    {
        var refused = new AwsErrorException("InvalidSignatureException", "Signature expired");
        Assert.StartsWith("it refused the request: InvalidSignatureException", GatewayFailure.Describe(refused, Gateway, TimeSpan.FromSeconds(20)), StringComparison.Ordinal);
        Assert.Contains("clock of this node is 0.03:00:00 behind", GatewayFailure.Describe(refused, Gateway, TimeSpan.FromHours(-3)), StringComparison.Ordinal);
    }

    [Fact]
    public void The_gateway_is_reported_away_once_for_each_reason_and_back_once()
    {
        var lines = new StringWriter();
        var time = new Support.ManualTime();
        var log = new AgentLog(lines, time);
        using var clock = new ClockWatch(new SocketsHttpHandler(), time);
        var reachability = new Reachability(Gateway, clock, log, time);
        reachability.Reached();
        for (var i = 0; i < 5; i++)
        {
            reachability.Failed(new SocketException((int)SocketError.ConnectionRefused));
            reachability.Failed(new SocketException((int)SocketError.TimedOut));
        }
        time.Advance(TimeSpan.FromSeconds(90));
        reachability.Reached();
        reachability.Reached();
        var text = lines.ToString().Trim().Split('\n');
        Assert.Equal(3, text.Length);
        Assert.Contains("connection refused", text[0], StringComparison.Ordinal);
        Assert.Contains("no answer", text[1], StringComparison.Ordinal);
        Assert.EndsWith("is back after 90 s", text[2], StringComparison.Ordinal);
    }

    [Fact]
    public void A_log_line_stays_one_line()
    {
        var lines = new StringWriter();
        new AgentLog(lines, TimeProvider.System).Error("one\ntwo\r\nthree");
        Assert.Single(lines.ToString().Trim().Split('\n'));
    }

    [Fact]
    public void A_log_line_is_obeyed_by_no_terminal()
    {
        var lines = new StringWriter();
        new AgentLog(lines, TimeProvider.System).Error("\u001b]0;owned\u0007 \u009b2J");
        Assert.DoesNotContain(lines.ToString().TrimEnd(), char.IsControl);
    }
}
