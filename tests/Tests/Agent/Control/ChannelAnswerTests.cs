using Postern.Agent.Control;

namespace Postern.Tests.Agent.Control;

public sealed class ChannelAnswerTests
{
    [Theory]
    [InlineData("<CreateDataChannelResponse><MessageSchemaVersion>1.0</MessageSchemaVersion><TokenValue>a+b/c=</TokenValue></CreateDataChannelResponse>")]
    [InlineData("<?xml version=\"1.0\"?><x xmlns=\"urn:y\">\n <TokenValue>a+b/c=</TokenValue></x>")]
    public void The_token_is_found_under_any_root(string body) => Assert.Equal("a+b/c=", CreateChannelResponse.ReadToken(body));

    [Theory]
    [InlineData("")]
    [InlineData("{\"TokenValue\":\"x\"}")]
    [InlineData("<x><TokenValue/></x>")]
    [InlineData("<!DOCTYPE x [<!ENTITY e \"boom\">]><x><TokenValue>&e;</TokenValue></x>")]
    [InlineData("<x><TokenValue><b>1</b></TokenValue></x>")]
    public void Anything_else_is_a_failure_of_the_gateway(string body) => Assert.Throws<HttpRequestException>(() => CreateChannelResponse.ReadToken(body));

    [Theory]
    [InlineData("<ErrorResponse><Error><Code>AccessDenied</Code><Message>no</Message></Error></ErrorResponse>", "AccessDenied", "no")]
    [InlineData("<AccessDeniedException><Message>not yours</Message></AccessDeniedException>", "AccessDeniedException", "not yours")]
    [InlineData("{\"__type\":\"com.amazonaws.ssm#ExpiredTokenException\",\"message\":\"old\"}", "ExpiredTokenException", "old")]
    [InlineData("Bad gateway", "HTTP 502", "Bad gateway")]
    [InlineData("", "HTTP 502", "no reason was given")]
    public void A_refusal_is_read_in_every_form(string body, string code, string message)
    {
        var error = ChannelError.Parse(body, 502);
        Assert.Equal((code, message, 502), (error.Code, error.Message, error.Status));
    }

    [Fact]
    public void The_system_is_named_by_its_release_file()
    {
        Assert.Equal(new OsRelease("Debian GNU/Linux", "12"), OsRelease.Parse(["PRETTY_NAME=\"x\"", "NAME=\"Debian GNU/Linux\"", "VERSION_ID='12'", "junk", ""]));
        Assert.Equal(new OsRelease("Linux", ""), OsRelease.Parse([]));
    }

    [Fact]
    public void Waiting_grows_to_the_cap_and_begins_again_after_a_reset()
    {
        var backoff = new Backoff(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(30));
        Assert.InRange(backoff.Next(), TimeSpan.Zero, TimeSpan.FromSeconds(1));
        Assert.InRange(backoff.Next(), TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(2));
        for (var i = 0; i < 100; i++)
            backoff.Next();
        Assert.InRange(backoff.Next(), TimeSpan.FromSeconds(15), TimeSpan.FromSeconds(30));
        backoff.Reset();
        Assert.InRange(backoff.Next(), TimeSpan.Zero, TimeSpan.FromSeconds(1));
    }
}
