using System.Net;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Postern.Conformance.Support;

/// <summary>One answer of the API.</summary>
internal sealed record ApiAnswer(HttpStatusCode Status, string Text)
{
    public JsonObject Body => JsonNode.Parse(Text)?.AsObject() ?? [];

    /// <summary>The name of the error, without the namespace that some services put before it.</summary>
    public string? Error => Body["__type"]?.GetValue<string>().Split('#')[^1];
}

/// <summary>Calls the gateway as an SDK would, without the second that the start of an AWS CLI takes.</summary>
internal sealed class SignedApi : IDisposable
{
    private readonly Gateway _gateway;
    private readonly X509Certificate2 _ca;
    private readonly HttpClient _http;

    public SignedApi(Gateway gateway)
    {
        _gateway = gateway;
        _ca = X509CertificateLoader.LoadCertificateFromFile(gateway.CaFile);
        var handler = new SocketsHttpHandler();
        handler.SslOptions.CertificateChainPolicy = new() { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        handler.SslOptions.CertificateChainPolicy.CustomTrustStore.Add(_ca);
        _http = new HttpClient(handler) { BaseAddress = new Uri(gateway.Endpoint), Timeout = Deadline.Usual };
    }

    public Signature Administrator => new()
    {
        AccessKeyId = _gateway.Administrator["AWS_ACCESS_KEY_ID"]!,
        Secret = _gateway.Administrator["AWS_SECRET_ACCESS_KEY"]!,
        Region = _gateway.Administrator["AWS_REGION"]!,
    };

    /// <summary>Calls an operation of ssm as the administrator; fails when it is refused.</summary>
    public async Task<JsonObject> CallAsync(string operation, object input)
    {
        var answer = await TryAsync(operation, input);
        Assert.True(answer.Status == HttpStatusCode.OK, $"{operation} was refused: {(int)answer.Status} {answer.Text}");
        return answer.Body;
    }

    public Task<ApiAnswer> TryAsync(string operation, object input, Signature? signature = null) =>
        SendAsync("AmazonSSM." + operation, JsonSerializer.SerializeToUtf8Bytes(input), signature ?? Administrator);

    /// <summary>Signs and sends a body; <paramref name="tamper"/> may change the request between the two.</summary>
    public async Task<ApiAnswer> SendAsync(string target, byte[] body, Signature? signature, Action<HttpRequestMessage>? tamper = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/") { Content = new ByteArrayContent(body) };
        var host = $"127.0.0.1:{_gateway.Port}";
        var headers = signature?.Sign(host, target, body)
            ?? new Dictionary<string, string> { ["content-type"] = "application/x-amz-json-1.1", ["x-amz-target"] = target };
        foreach (var (name, value) in headers)
        {
            if (name == "content-type")
                request.Content.Headers.TryAddWithoutValidation(name, value);
            else if (name != "host")
                request.Headers.TryAddWithoutValidation(name, value);
        }
        request.Headers.Add("amz-sdk-invocation-id", Guid.NewGuid().ToString()); // not signed, as with boto3
        tamper?.Invoke(request);
        using var response = await _http.SendAsync(request);
        return new(response.StatusCode, Encoding.UTF8.GetString(await response.Content.ReadAsByteArrayAsync()));
    }

    /// <summary>The ids of the sessions that are not over yet.</summary>
    public async Task<IReadOnlyList<string>> ActiveSessionsAsync()
    {
        var sessions = new List<string>();
        string? token = null;
        do
        {
            var page = await CallAsync("DescribeSessions", token is null ? new { State = "Active" } : new { State = "Active", NextToken = token });
            sessions.AddRange(page["Sessions"]!.AsArray().Select(session => session!["SessionId"]!.GetValue<string>()));
            token = page["NextToken"]?.GetValue<string>();
        }
        while (!string.IsNullOrEmpty(token));
        return sessions;
    }

    public void Dispose()
    {
        _http.Dispose();
        _ca.Dispose();
    }
}
