using System.Net;
using System.Text.Json.Nodes;

namespace Postern.Conformance.Support.Servers;

/// <summary>Takes webhooks, and keeps what came; while it is told to refuse it answers 503.</summary>
internal sealed class HookServer : IAsyncDisposable
{
    private readonly HttpListener _listener = new();
    private readonly Lock _lock = new();
    private readonly List<JsonNode> _taken = [];
    private readonly Task _serving;

    public HookServer()
    {
        Port = FreePort.Take();
        _listener.Prefixes.Add($"http://127.0.0.1:{Port}/");
        _listener.Start();
        _serving = ServeAsync();
    }

    public int Port { get; }

    public volatile bool Refuses;

    /// <summary>What came and was not refused, in order.</summary>
    public IReadOnlyList<JsonNode> Taken
    {
        get
        {
            lock (_lock)
                return [.. _taken];
        }
    }

    public async ValueTask DisposeAsync()
    {
        _listener.Stop();
        await _serving;
        _listener.Close();
    }

    private async Task ServeAsync()
    {
        try
        {
            while (true)
            {
                var call = await _listener.GetContextAsync();
                using var reader = new StreamReader(call.Request.InputStream);
                var body = JsonNode.Parse(await reader.ReadToEndAsync())!;
                if (!Refuses)
                    lock (_lock)
                        _taken.Add(body);
                call.Response.StatusCode = Refuses ? 503 : 204;
                call.Response.Close();
            }
        }
        catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
        {
            // The test is over.
        }
    }
}
