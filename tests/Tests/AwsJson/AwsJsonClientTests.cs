using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Postern.Protocol.AwsJson;
using Postern.Protocol.SigV4;

namespace Postern.Tests.AwsJson;

public sealed class AwsJsonClientTests : IAsyncDisposable
{
    private static readonly AwsCredentials Keys = new("AKID", "secret", "token");
    private static readonly StartSessionRequest Shell = new() { Target = "mi-0123456789abcdef0" };

    private readonly HttpClient _http = new();
    private readonly RecordingTime _time = new();
    private JsonServer? _server;

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        if (_server is not null) await _server.DisposeAsync();
    }

    private async Task<(JsonServer Server, AwsJsonClient Client)> StartAsync(AwsCredentials? keys = null)
    {
        _server = await JsonServer.StartAsync();
        return (_server, new AwsJsonClient(_http, _server.Endpoint, "us-east-1", () => keys ?? Keys, _time));
    }

    [Fact]
    public async Task A_call_is_signed_as_it_goes_over_the_wire()
    {
        var (server, client) = await StartAsync();
        server.Answer(200, """{"SessionId":"s-1","TokenValue":"t","StreamUrl":"wss://h/","Unknown":{"x":1}}""");

        var response = await client.CallAsync(SsmOperations.StartSession, Shell, default);

        Assert.Equal("s-1", response.SessionId);
        Assert.True(server.Requests.TryDequeue(out var seen));
        Assert.Equal("""{"Target":"mi-0123456789abcdef0"}""", seen.Body);
        Assert.Equal(("POST", "/", ""), (seen.Request.Method, seen.Request.Path, seen.Request.Query));
        Assert.Contains(KeyValuePair.Create("Content-Type", "application/x-amz-json-1.1"), seen.Request.Headers);
        Assert.Contains(KeyValuePair.Create("X-Amz-Target", "AmazonSSM.StartSession"), seen.Request.Headers);
        Assert.Contains(KeyValuePair.Create("Host", $"127.0.0.1:{server.Endpoint.Port}"), seen.Request.Headers);
        Assert.True(SigV4Verifier.TryParse(seen.Request, out var claims, out _));
        Assert.Equal("token", claims.SessionToken);
        Assert.Null(SigV4Verifier.Verify(seen.Request, claims, "secret", "us-east-1", "ssm", _time.GetUtcNow(), TimeSpan.FromMinutes(5)));
    }

    [Fact]
    public async Task A_call_without_keys_is_not_signed()
    {
        var server = _server = await JsonServer.StartAsync();
        var client = new AwsJsonClient(_http, server.Endpoint, "us-east-1", () => null, _time);
        server.Answer(200, """{"InstanceId":"mi-1"}""");

        Assert.Equal("mi-1", (await client.CallAsync(SsmOperations.RegisterManagedInstance, new(), default)).InstanceId);

        Assert.True(server.Requests.TryDequeue(out var seen));
        Assert.DoesNotContain(seen.Request.Headers, header => header.Key is "Authorization" or "X-Amz-Date");
    }

    [Fact]
    public async Task A_node_signs_with_its_own_key()
    {
        using var key = RSA.Create(2048);
        var server = _server = await JsonServer.StartAsync();
        var client = AwsJsonClient.ForNodeKey(_http, server.Endpoint, "us-east-1", "mi-1", key, _time);
        server.Answer(200, """{"AccessKeyId":"k","UpdateKeyPair":true}""");

        Assert.True((await client.CallAsync(SsmOperations.RequestManagedInstanceRoleToken, new() { Fingerprint = "f" }, default)).UpdateKeyPair);

        Assert.True(server.Requests.TryDequeue(out var seen));
        Assert.True(SigV4Verifier.TryParse(seen.Request, out var claims, out _));
        Assert.Null(SigV4Verifier.VerifyRsa(seen.Request, claims, key, "us-east-1", "ssm", _time.GetUtcNow(), TimeSpan.FromMinutes(5)));
    }

    [Theory]
    [InlineData(500, """{"__type":"InternalServerError","message":"m"}""")]
    [InlineData(503, "<html>no gateway</html>")]
    [InlineData(400, """{"__type":"ThrottlingException","message":"slow down"}""")]
    [InlineData(429, "")]
    public async Task A_passing_error_is_tried_again(int status, string body)
    {
        var (server, client) = await StartAsync();
        server.Answer(status, body);
        server.Answer(status, body);
        server.Answer(200, """{"SessionId":"s-1"}""");

        Assert.Equal("s-1", (await client.CallAsync(SsmOperations.StartSession, Shell, default)).SessionId);

        Assert.Equal(3, server.Requests.Count);
        Assert.Equal(2, _time.Delays.Count);
        Assert.All(_time.Delays, delay => Assert.InRange(delay, TimeSpan.FromMilliseconds(50), TimeSpan.FromSeconds(5)));
    }

    [Fact]
    public async Task A_start_is_tried_again_for_long_while_the_service_is_busy_and_the_person_is_told_once()
    {
        var (server, client) = await StartAsync();
        const int busy = 8; // more than other calls are tried again
        for (var i = 0; i < busy; i++) server.Answer(400, """{"__type":"ThrottlingException","message":"slow down"}""");
        server.Answer(200, """{"SessionId":"s-1","TokenValue":"t","StreamUrl":"wss://h/"}""");
        var told = 0;

        Assert.Equal("s-1", (await client.StartSessionAsync(Shell, () => told++, default)).SessionId);

        Assert.Equal((busy + 1, busy, 1), (server.Requests.Count, _time.Delays.Count, told));
        Assert.All(_time.Delays, delay => Assert.InRange(delay, TimeSpan.FromMilliseconds(250), TimeSpan.FromSeconds(5)));
    }

    [Fact]
    public async Task A_lasting_error_is_thrown_after_three_retries()
    {
        var (server, client) = await StartAsync();
        for (var i = 0; i < 4; i++) server.Answer(500, """{"__type":"InternalServerError","Message":"broken"}""");

        var error = await Assert.ThrowsAsync<AwsErrorException>(() => client.CallAsync(SsmOperations.StartSession, Shell, default));

        Assert.Equal(("InternalServerError", "broken", 500), (error.Code, error.Message, error.Status));
        Assert.Equal(4, server.Requests.Count);
    }

    [Theory]
    [InlineData("""{"__type":"TargetNotConnected","message":"mi-1 is not connected."}""", "TargetNotConnected", "mi-1 is not connected.")]
    [InlineData("""{"__type":"com.amazonaws.ssm#TargetNotConnected","Message":"mi-1 is not connected."}""", "TargetNotConnected", "mi-1 is not connected.")]
    [InlineData("""{"__type":"com.amazonaws.ssm#InvalidDocument:http://x#y"}""", "InvalidDocument", "InvalidDocument")]
    [InlineData("""{"message":7}""", "UnknownError", "400")]
    [InlineData("""{"__type":"\ud800"}""", "UnknownError", "400")]
    [InlineData("""["no","object"]""", "UnknownError", "400")]
    [InlineData("not json", "UnknownError", "400")]
    [InlineData("", "UnknownError", "400")]
    public async Task An_error_is_thrown_at_once_with_its_code(string body, string code, string message)
    {
        var (server, client) = await StartAsync();
        server.Answer(400, body);

        var error = await Assert.ThrowsAsync<AwsErrorException>(() => client.CallAsync(SsmOperations.StartSession, Shell, default));

        Assert.Equal((code, 400), (error.Code, error.Status));
        Assert.Contains(message, error.Message);
        Assert.Single(server.Requests);
    }

    [Theory]
    [InlineData("{\"SessionId\":")]
    [InlineData("<html>hello</html>")]
    [InlineData("""{"SessionId":{"a":1}}""")]
    [InlineData("null")]
    public async Task An_answer_that_is_not_the_shape_names_the_endpoint(string body)
    {
        var (server, client) = await StartAsync();
        server.Answer(200, body);

        var error = await Assert.ThrowsAnyAsync<HttpRequestException>(() => client.CallAsync(SsmOperations.StartSession, Shell, default));

        Assert.Equal(HttpRequestError.InvalidResponse, error.HttpRequestError);
        Assert.Contains(server.Endpoint.Authority, error.Message);
        Assert.Single(server.Requests);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    public async Task An_empty_answer_is_enough_where_nothing_is_told(string body)
    {
        var (server, client) = await StartAsync();
        server.Answer(200, body);

        Assert.Equal(EmptyResponse.Instance, await client.CallAsync(SsmOperations.DeleteActivation, new() { ActivationId = "a" }, default));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_answer_beyond_the_limit_is_not_read(bool announced)
    {
        var (server, client) = await StartAsync();
        server.Answer(async context =>
        {
            if (announced) context.Response.ContentLength = AwsJsonClient.MaxAnswer + 1;
            var chunk = new byte[64 * 1024];
            for (var sent = 0; sent <= AwsJsonClient.MaxAnswer && !context.RequestAborted.IsCancellationRequested; sent += chunk.Length)
                await context.Response.Body.WriteAsync(chunk.AsMemory(0, Math.Min(chunk.Length, AwsJsonClient.MaxAnswer + 1 - sent)), context.RequestAborted);
        });

        var error = await Assert.ThrowsAnyAsync<HttpRequestException>(() => client.CallAsync(SsmOperations.StartSession, Shell, default));

        Assert.Equal(HttpRequestError.ConfigurationLimitExceeded, error.HttpRequestError);
        Assert.Contains("4194304 bytes", error.Message);
    }

    [Fact]
    public async Task The_longest_answer_allowed_is_read()
    {
        var (server, client) = await StartAsync();
        const string frame = """{"SessionId":""}""";
        server.Answer(200, frame.Insert(frame.Length - 2, new string('s', AwsJsonClient.MaxAnswer - frame.Length)));

        Assert.Equal(AwsJsonClient.MaxAnswer - frame.Length, (await client.CallAsync(SsmOperations.StartSession, Shell, default)).SessionId!.Length);
    }

    [Fact]
    public async Task A_broken_connection_is_tried_again_and_then_names_the_endpoint()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var endpoint = new Uri($"http://{listener.LocalEndpoint}/ignored");
        var accepted = 0;
        using var stop = new CancellationTokenSource();
        var hangUp = Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested)
            {
                using var socket = await listener.AcceptSocketAsync(stop.Token);
                Interlocked.Increment(ref accepted);
            }
        });
        // No pool: a connection that was closed before it was used is opened again without a word.
        using var http = new HttpClient(new SocketsHttpHandler { PooledConnectionLifetime = TimeSpan.Zero });
        var client = new AwsJsonClient(http, endpoint, "us-east-1", () => Keys, _time);

        var error = await Assert.ThrowsAsync<HttpRequestException>(() => client.CallAsync(SsmOperations.StartSession, Shell, default));
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => hangUp);

        Assert.StartsWith($"StartSession could not reach http://{listener.LocalEndpoint}/: ", error.Message);
        Assert.Equal(3, _time.Delays.Count);
        Assert.True(accepted >= 4, $"{accepted} connections");
    }

    [Fact]
    public async Task A_certificate_that_is_not_trusted_is_not_tried_again()
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        var server = _server = await JsonServer.StartAsync(certificate);
        var client = new AwsJsonClient(_http, server.Endpoint, "us-east-1", () => Keys, _time);

        var error = await Assert.ThrowsAsync<HttpRequestException>(() => client.CallAsync(SsmOperations.StartSession, Shell, default));

        Assert.Contains("certificate", error.Message);
        Assert.Contains(server.Endpoint.Authority, error.Message);
        Assert.Empty(_time.Delays);
    }

    [Fact]
    public async Task No_answer_in_the_clients_time_is_a_connection_failure()
    {
        var (server, _) = await StartAsync();
        for (var i = 0; i < 4; i++) server.Answer(context => Task.Delay(Timeout.Infinite, context.RequestAborted));
        using var http = new HttpClient { Timeout = TimeSpan.FromMilliseconds(200) };
        var client = new AwsJsonClient(http, server.Endpoint, "us-east-1", () => Keys, _time);

        var error = await Assert.ThrowsAsync<HttpRequestException>(() => client.CallAsync(SsmOperations.StartSession, Shell, default));

        Assert.EndsWith("no answer in time", error.Message);
        Assert.Equal(3, _time.Delays.Count);
    }

    [Fact]
    public async Task A_cancelled_call_ends_during_its_back_off()
    {
        using var cancel = new CancellationTokenSource();
        var server = _server = await JsonServer.StartAsync();
        server.Answer(500, "");
        var client = new AwsJsonClient(_http, server.Endpoint, "us-east-1", () => Keys, new RecordingTime(cancel.Cancel));

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => client.CallAsync(SsmOperations.StartSession, Shell, cancel.Token));

        Assert.Single(server.Requests);
    }

    [Theory]
    [InlineData("ftp://host/")]
    [InlineData("/relative")]
    public void An_endpoint_has_a_scheme_of_the_web(string endpoint) => Assert.Contains(endpoint, Assert.Throws<ArgumentException>(() =>
        new AwsJsonClient(_http, new Uri(endpoint, UriKind.RelativeOrAbsolute), "us-east-1", () => Keys, _time)).Message);
}
