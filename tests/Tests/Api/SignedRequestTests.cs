using System.Net.Security;
using System.Net.Sockets;
using Postern.Protocol.SigV4;
using Postern.Tests.Support;

namespace Postern.Tests.Api;

/// <summary>What is refused at the front door, and how.</summary>
public sealed class SignedRequestTests(SharedServer server) : IClassFixture<SharedServer>
{
    private ServerHost Host => server.Host;

    private ApiCall Good => new() { Credentials = Host.Administrator };

    [Fact]
    public async Task A_signed_request_is_answered()
    {
        var answer = await Good.SendAsync(Host);
        Assert.Equal((200, """{"InstanceInformationList":[]}"""), (answer.Status, answer.Body));
        Assert.True(Guid.TryParse(answer.Headers.GetValues("x-amzn-RequestId").Single(), out _));
        Assert.False(answer.Headers.Contains("Server"));
    }

    [Fact]
    public Task An_unsigned_request_is_refused()
        => RefusedAsync(Good with { Credentials = null }, 403, "MissingAuthenticationTokenException");

    [Fact]
    public Task An_unknown_key_is_refused()
        => RefusedAsync(Good with { Credentials = new AwsCredentials("AKIAAAAAAAAAAAAAAAAA", Host.Administrator.SecretAccessKey) }, 403, "UnrecognizedClientException");

    [Theory]
    [InlineData("AKIA")]
    [InlineData("ASIAAAAAAAAAAAAAAAAA")]
    [InlineData("x")]
    public Task A_key_of_no_known_shape_is_refused(string id)
        => RefusedAsync(Good with { Credentials = new AwsCredentials(id, "x") }, 403, "UnrecognizedClientException");

    [Fact]
    public Task A_long_lived_key_has_no_session_token()
        => RefusedAsync(Good with { Credentials = Host.Administrator with { SessionToken = "IQoJ" } }, 403, "UnrecognizedClientException");

    [Fact]
    public Task A_wrong_secret_is_refused()
        => RefusedAsync(Good with { Credentials = Host.Administrator with { SecretAccessKey = "x" } }, 403, "InvalidSignatureException");

    [Fact]
    public Task A_body_changed_on_the_way_is_refused()
        => RefusedAsync(Good with { BodySent = """{"MaxResults":5}""" }, 403, "InvalidSignatureException");

    [Theory]
    [InlineData(6)]
    [InlineData(-6)]
    public Task A_clock_six_minutes_off_is_refused(int minutes)
        => RefusedAsync(Good with { Date = DateTimeOffset.UtcNow.AddMinutes(minutes) }, 403, "InvalidSignatureException");

    [Theory]
    [InlineData(4)]
    [InlineData(-4)]
    public async Task A_clock_four_minutes_off_will_do(int minutes)
        => Assert.Equal(200, (await (Good with { Date = DateTimeOffset.UtcNow.AddMinutes(minutes) }).SendAsync(Host)).Status);

    [Fact]
    public Task Another_region_is_refused()
        => RefusedAsync(Good with { Region = "eu-west-1" }, 403, "InvalidSignatureException");

    [Fact]
    public Task Another_services_signature_is_refused()
        => RefusedAsync(Good with { Service = "sts" }, 403, "InvalidSignatureException");

    [Fact]
    public async Task The_key_of_an_unknown_node_is_refused_and_named()
    {
        using var key = System.Security.Cryptography.RSA.Create(2048);
        var answer = await (Good with { NodeKey = key, NodeId = "mi-0123456789abcdef0" }).SendAsync(Host);
        Assert.Equal("AccessDeniedException", answer.Error.Code);
        Assert.Contains("mi-0123456789abcdef0", answer.Error.Message);
    }

    [Theory]
    [InlineData("AmazonSSM.NoSuchThing")]
    [InlineData("DescribeInstanceInformation")]
    [InlineData("")]
    [InlineData(null)]
    public Task An_unknown_operation_is_refused(string? target)
        => RefusedAsync(Good with { Target = target }, 400, "UnknownOperationException");

    [Fact]
    public Task A_named_operation_is_json_whatever_the_content_type()
        => RefusedAsync(Good with { Credentials = null, ContentType = "application/x-www-form-urlencoded" }, 403, "MissingAuthenticationTokenException");

    [Fact]
    public Task Operations_are_called_by_post_only()
        => RefusedAsync(Good with { Method = HttpMethod.Put }, 400, "UnknownOperationException");

    [Fact]
    public Task Other_paths_hold_nothing()
        => RefusedAsync(Good with { PathAndQuery = "/index.html" }, 404, "UnknownOperationException");

    [Theory]
    [InlineData("{", "not valid JSON")]
    [InlineData("""{"MaxResults":5,}""", "not valid JSON")]
    [InlineData("\u0000\u0001", "not valid JSON")]
    [InlineData("null", "must be a JSON object")]
    [InlineData("[]", "must be a JSON object")]
    [InlineData("\"x\"", "must be a JSON object")]
    [InlineData("""{"MaxResults":"five"}""", "MaxResults has the wrong type")]
    [InlineData("""{"Filters":[{"Key":"PingStatus","Values":"Online"}]}""", "Filters[0].Values has the wrong type")]
    public async Task Bad_json_is_refused_with_the_members_name(string body, string expected)
    {
        var answer = await (Good with { Body = body }).SendAsync(Host);
        Assert.Equal((400, "SerializationException"), (answer.Status, answer.Error.Code));
        Assert.Contains(expected, answer.Error.Message);
    }

    [Fact]
    public Task Json_is_not_looked_at_before_the_signature()
        => RefusedAsync(Good with { Body = "{", Credentials = null }, 403, "MissingAuthenticationTokenException");

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public Task A_body_beyond_the_limit_is_refused(bool chunked)
        => RefusedAsync(Good with { Body = new string(' ', 256 * 1024 + 1), Chunked = chunked }, 413, "RequestEntityTooLargeException");

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_body_at_the_limit_is_read_with_and_without_a_length(bool chunked)
        => Assert.Equal(200, (await (Good with { Body = "{}" + new string(' ', 256 * 1024 - 2), Chunked = chunked }).SendAsync(Host)).Status);

    [Theory]
    [InlineData("\0\u0001\u0002garbage\r\n\r\n")]
    [InlineData("GET / HTTP/9.9\r\n\r\n")]
    [InlineData("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n")]
    [InlineData("POST https://x/ HTTP/1.1\r\nHost: y\r\n\r\n")]
    [InlineData("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nContent-Type: application/x-www-form-urlencoded\r\n\r\nzz\r\n")]
    public async Task Garbage_instead_of_http_is_refused_and_others_are_unharmed(string bytes)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(Host.Endpoint.Host, Host.Endpoint.Port, TestContext.Current.CancellationToken);
        await using var tls = new SslStream(client.GetStream());
        await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = "localhost", RemoteCertificateValidationCallback = (_, _, _, _) => true }, TestContext.Current.CancellationToken);
        await tls.WriteAsync(System.Text.Encoding.Latin1.GetBytes(bytes), TestContext.Current.CancellationToken);
        var answer = new byte[12];
        var length = await tls.ReadAtLeastAsync(answer, answer.Length, throwOnEndOfStream: false, TestContext.Current.CancellationToken);
        if (length > 0)
            Assert.Matches("^HTTP/1.1 [45]", System.Text.Encoding.Latin1.GetString(answer));
        Assert.Equal(200, (await Good.SendAsync(Host)).Status);
    }

    [Fact]
    public async Task Garbage_instead_of_tls_is_dropped_and_others_are_unharmed()
    {
        using var client = new TcpClient();
        await client.ConnectAsync(Host.Endpoint.Host, Host.Endpoint.Port, TestContext.Current.CancellationToken);
        await client.GetStream().WriteAsync("GET / HTTP/1.1\r\nHost: x\r\n\r\n"u8.ToArray(), TestContext.Current.CancellationToken);
        await client.GetStream().ReadAtLeastAsync(new byte[4096], 4096, throwOnEndOfStream: false, TestContext.Current.CancellationToken);
        Assert.Equal(200, (await Good.SendAsync(Host)).Status);
    }

    private async Task RefusedAsync(ApiCall call, int status, string code)
    {
        var answer = await call.SendAsync(Host);
        Assert.Equal((status, code), (answer.Status, answer.Error.Code));
        Assert.Equal(code, answer.Headers.GetValues("x-amzn-ErrorType").Single());
    }
}
