using System.Collections.Concurrent;
using System.Text.Json;
using System.Threading.Channels;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Postern.Tests.Events;

/// <summary>A request that a webhook made.</summary>
internal sealed record HookCall(string Path, string Body, IReadOnlyDictionary<string, string> Headers)
{
    public JsonElement Json => JsonDocument.Parse(Body).RootElement;
}

/// <summary>A real HTTP server that webhooks are sent to; it answers as it is told.</summary>
internal sealed class HookReceiver : IAsyncDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);
    private const string Cut = "cut";

    private readonly WebApplication _app;
    private readonly Channel<HookCall> _taken = Channel.CreateUnbounded<HookCall>();

    private HookReceiver()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        _app = builder.Build();
        _app.Run(AnswerAsync);
    }

    /// <summary>Ends the connection instead of answering.</summary>
    public static void Reset(HttpContext http)
    {
        http.Items[Cut] = true;
        http.Abort();
    }

    /// <summary>Every request, in the order in which they came.</summary>
    public ConcurrentQueue<HookCall> All { get; } = new();

    /// <summary>Sets the answer; the default is 200.</summary>
    public Func<HttpContext, HookCall, Task> Answer { get; set; } = (_, _) => Task.CompletedTask;

    public string Address => _app.Services.GetRequiredService<IServer>().Features.GetRequiredFeature<IServerAddressesFeature>().Addresses.Single();

    public static async Task<HookReceiver> StartAsync()
    {
        var receiver = new HookReceiver();
        await receiver._app.StartAsync(TestContext.Current.CancellationToken);
        return receiver;
    }

    /// <summary>The next request that was answered with success.</summary>
    public async Task<HookCall> TakenAsync()
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        deadline.CancelAfter(Deadline);
        return await _taken.Reader.ReadAsync(deadline.Token);
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task AnswerAsync(HttpContext http)
    {
        using var reader = new StreamReader(http.Request.Body);
        var call = new HookCall(http.Request.Path + http.Request.QueryString, await reader.ReadToEndAsync(http.RequestAborted),
            http.Request.Headers.ToDictionary(header => header.Key, header => header.Value.ToString(), StringComparer.OrdinalIgnoreCase));
        All.Enqueue(call);
        await Answer(http, call);
        if (http.Response.StatusCode == StatusCodes.Status200OK && !http.Items.ContainsKey(Cut))
            _taken.Writer.TryWrite(call);
    }
}
