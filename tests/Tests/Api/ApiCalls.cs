using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Xml.Linq;
using Postern.Protocol.SigV4;
using Postern.Server.Api;
using Postern.Tests.Support;

namespace Postern.Tests.Api;

/// <summary>An answer of the API, read whole.</summary>
internal sealed record ApiAnswer(int Status, string Body, HttpResponseHeaders Headers)
{
    /// <summary>The error's code and message.</summary>
    public (string Code, string Message) Error
    {
        get
        {
            if (Body.StartsWith('<'))
            {
                var error = XDocument.Parse(Body).Root!.Elements().First(); // <ErrorResponse><Error>
                return (error.Elements().First(e => e.Name.LocalName == "Code").Value, error.Elements().First(e => e.Name.LocalName == "Message").Value);
            }
            var json = JsonDocument.Parse(Body).RootElement;
            return (json.GetProperty("__type").GetString()!, json.GetProperty("message").GetString()!);
        }
    }
}

/// <summary>Requests as they stand on the wire, so that a test can make each part wrong.</summary>
internal sealed record ApiCall
{
    private const int LargeBody = 64 * 1024;

    public HttpMethod Method { get; init; } = HttpMethod.Post;
    public string PathAndQuery { get; init; } = "/";
    public string? Target { get; init; } = "AmazonSSM.DescribeInstanceInformation";
    public string Body { get; init; } = "{}";
    /// <summary>What is sent when it is not what was signed.</summary>
    public string? BodySent { get; init; }
    public string ContentType { get; init; } = "application/x-amz-json-1.1";
    public string Service { get; init; } = "ssm";
    public string Region { get; init; } = "us-east-1";
    public DateTimeOffset? Date { get; init; }
    /// <summary>Null: not signed.</summary>
    public AwsCredentials? Credentials { get; init; }
    public RSA? NodeKey { get; init; }
    public string NodeId { get; init; } = "";
    public bool Chunked { get; init; }
    /// <summary>Which attempt the request says it is; null: another one each time it is sent.</summary>
    public string? Attempt { get; init; }
    /// <summary>It says so at all, as every current SDK.</summary>
    public bool Numbered { get; init; } = true;

    /// <summary>A call of one operation without members, in the operation's protocol, not signed.</summary>
    public static ApiCall Of(Operation operation)
        => operation is QueryOperation query ? Query(query.QueryService, $"Action={query.Name}") : new ApiCall { Target = operation.Target, Service = operation.Service };

    /// <param name="service">Of the query protocol.</param>
    /// <param name="form">Without the version.</param>
    public static ApiCall Query(QueryService service, string form) => new()
    {
        Target = null,
        Service = service.Name,
        ContentType = "application/x-www-form-urlencoded; charset=utf-8",
        Body = $"{form}&Version={service.Version}",
    };

    public async Task<ApiAnswer> SendAsync(ServerHost host)
    {
        using var message = new HttpRequestMessage(Method, new Uri(host.Endpoint, PathAndQuery));
        var headers = new List<KeyValuePair<string, string>> { new("Host", host.Endpoint.Authority), new("Content-Type", ContentType) };
        if (Target is not null)
            headers.Add(new("X-Amz-Target", Target));
        var request = new SignableRequest
        {
            Method = Method.Method,
            Path = PathAndQuery.Split('?')[0],
            Query = PathAndQuery.Contains('?') ? PathAndQuery[(PathAndQuery.IndexOf('?') + 1)..] : "",
            Headers = headers,
            BodyHash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Body))),
        };
        var date = Date ?? DateTimeOffset.UtcNow;
        if (NodeKey is not null)
            headers.AddRange(SigV4Signer.SignRsa(request, NodeId, NodeKey, Region, Service, date));
        else if (Credentials is not null)
            headers.AddRange(SigV4Signer.Sign(request, Credentials, Region, Service, date));
        if (Method != HttpMethod.Get)
        {
            message.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(BodySent ?? Body));
            message.Content.Headers.ContentType = MediaTypeHeaderValue.Parse(ContentType);
            message.Headers.TransferEncodingChunked = Chunked;
            // Asks first, as boto3 does: a body that is refused by its length would meet a closed connection, and the answer would be lost.
            message.Headers.ExpectContinue = !Chunked && (BodySent ?? Body).Length > LargeBody;
        }
        if (Numbered) // and not signed, as with boto3
            message.Headers.Add("amz-sdk-invocation-id", Attempt ?? Guid.NewGuid().ToString());
        foreach (var (name, value) in headers.Where(header => header.Key != "Content-Type"))
            message.Headers.TryAddWithoutValidation(name, value);
        using var response = await host.Http.SendAsync(message, TestContext.Current.CancellationToken);
        return new ApiAnswer((int)response.StatusCode, await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), response.Headers);
    }
}
