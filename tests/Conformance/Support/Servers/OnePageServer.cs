using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Postern.Conformance.Support.Servers;

/// <summary>A web server that knows one page.</summary>
internal sealed class OnePageServer : IAsyncDisposable
{
    private readonly CancellationTokenSource _end = new();
    private readonly TcpListener _listener = TcpListener.Create(0);
    private readonly Task _serving;
    private readonly byte[] _answer;

    public OnePageServer(string page)
    {
        _answer = Encoding.UTF8.GetBytes($"HTTP/1.1 200 OK\r\nContent-Length: {Encoding.UTF8.GetByteCount(page)}\r\nConnection: close\r\n\r\n{page}");
        _listener.Start();
        _serving = ServeAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _serving;
        _listener.Dispose(); // not before: the loop may be about to accept
        _end.Dispose();
    }

    private async Task ServeAsync()
    {
        try
        {
            while (true)
            {
                using var socket = await _listener.AcceptSocketAsync(_end.Token);
                var request = new byte[8192];
                if (await socket.ReceiveAsync(request, _end.Token) > 0)
                    await socket.SendAsync(_answer, _end.Token);
            }
        }
        catch (OperationCanceledException)
        {
            // The test is over.
        }
    }
}
