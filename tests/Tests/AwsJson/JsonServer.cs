using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;
using Postern.Protocol.SigV4;

namespace Postern.Tests.AwsJson;

/// <summary>A web server on a free port that gives the answers it was told, in order, and keeps what was asked.</summary>
internal sealed class JsonServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentQueue<Func<HttpContext, Task>> _answers = new();

    private JsonServer(WebApplication app) => _app = app;

    public Uri Endpoint => new(_app.Urls.First());
    public ConcurrentQueue<(SignableRequest Request, string Body)> Requests { get; } = new();

    public static async Task<JsonServer> StartAsync(X509Certificate2? certificate = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen =>
        {
            if (certificate is not null) listen.UseHttps(certificate);
        }));
        var server = new JsonServer(builder.Build());
        server._app.Run(server.AnswerAsync);
        await server._app.StartAsync();
        return server;
    }

    public void Answer(int status, string body) => Answer(async context =>
    {
        context.Response.StatusCode = status;
        await context.Response.WriteAsync(body);
    });

    public void Answer(Func<HttpContext, Task> answer) => _answers.Enqueue(answer);

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task AnswerAsync(HttpContext context)
    {
        using var reader = new StreamReader(context.Request.Body);
        var body = await reader.ReadToEndAsync(context.RequestAborted);
        var target = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget.Split('?', 2);
        Requests.Enqueue((new SignableRequest
        {
            Method = context.Request.Method,
            Path = target[0],
            Query = target.Length > 1 ? target[1] : "",
            Headers = [.. context.Request.Headers.SelectMany(header => header.Value.Select(value => KeyValuePair.Create(header.Key, value ?? "")))],
            BodyHash = SigV4.Vector.HashOf(body),
        }, body));
        Assert.True(_answers.TryDequeue(out var answer), "more requests came than the test expects");
        await answer(context);
    }
}
