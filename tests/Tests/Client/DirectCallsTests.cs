using System.Net;
using System.Net.Sockets;
using System.Text;
using Postern.Client.Transport;
using Postern.Protocol.AwsJson;
using Postern.Tests.DataStream;

namespace Postern.Tests.Client;

/// <summary>API calls without an HTTP client, against a server that says exactly what a test wants.</summary>
public sealed class DirectCallsTests : IDisposable
{
    private static readonly KeyValuePair<string, string>[] Headers = [new("Host", "gateway"), new("Content-Type", "x")];

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly GatewayTransport _transport = new();
    private readonly Uri _endpoint;

    public DirectCallsTests()
    {
        _listener.Start();
        _endpoint = new Uri($"http://{_listener.LocalEndpoint}/");
    }

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", 200, "hello")]
    [InlineData("HTTP/1.1 400 Bad Request\r\ncontent-length:5\r\n\r\nhello", 400, "hello")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2;x=y\r\nhe\r\n3\r\nllo\r\n0\r\nTrailer: 1\r\n\r\n", 200, "hello")]
    [InlineData("HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", 200, "hello")]
    [InlineData("HTTP/1.1 204 No Content\r\n\r\n", 204, "")]
    [InlineData("HTTP/1.1 200\r\nContent-Length: 0\r\n\r\n", 200, "")]
    public async Task Answer_is_read_to_its_end_and_the_connection_serves_again(string said, int status, string body)
    {
        var first = CallAsync("one");
        using var server = await _listener.AcceptSocketAsync().WaitAsync(Deadline.Time);
        Assert.EndsWith("Host: gateway\r\nContent-Type: x\r\nContent-Length: 3\r\n\r\none", await ReadRequestAsync(server, "one"));
        await server.SendAsync(Encoding.ASCII.GetBytes(said));
        Same(status, body, await first.WaitAsync(Deadline.Time));

        var second = CallAsync("two");
        Assert.StartsWith("POST / HTTP/1.1\r\n", await ReadRequestAsync(server, "two"));
        await server.SendAsync(Encoding.ASCII.GetBytes(said));
        Same(status, body, await second.WaitAsync(Deadline.Time));
    }

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\n\r\nhello")]
    [InlineData("HTTP/1.0 200 OK\r\n\r\nhello")]
    [InlineData("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 5\r\n\r\nhello")]
    public async Task Answer_whose_connection_ends_is_whole_and_the_next_call_opens_another(string said)
    {
        foreach (var text in (string[])["one", "two"])
        {
            var call = CallAsync(text);
            using var server = await _listener.AcceptSocketAsync().WaitAsync(Deadline.Time);
            await ReadRequestAsync(server, text);
            await server.SendAsync(Encoding.ASCII.GetBytes(said));
            server.Shutdown(SocketShutdown.Send);
            Same(200, "hello", await call.WaitAsync(Deadline.Time));
        }
    }

    [Fact]
    public async Task Connection_that_was_closed_while_idle_is_opened_again_without_a_word()
    {
        var first = CallAsync("one");
        using (var server = await _listener.AcceptSocketAsync().WaitAsync(Deadline.Time))
        {
            await ReadRequestAsync(server, "one");
            await server.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"u8.ToArray());
            Same(200, "", await first.WaitAsync(Deadline.Time));
        }
        var second = CallAsync("two");
        using var again = await _listener.AcceptSocketAsync().WaitAsync(Deadline.Time);
        await ReadRequestAsync(again, "two");
        await again.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"u8.ToArray());
        Same(200, "", await second.WaitAsync(Deadline.Time));
    }

    [Theory]
    [InlineData("")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhell")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\nhello")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\nhello")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhello")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffff\r\nhello")]
    [InlineData("SSH-2.0-OpenSSH_9.2\r\n\r\n")]
    public async Task Answer_that_is_cut_or_no_http_is_an_io_error(string said)
    {
        var call = CallAsync("one");
        using var server = await _listener.AcceptSocketAsync().WaitAsync(Deadline.Time);
        await ReadRequestAsync(server, "one");
        await server.SendAsync(Encoding.ASCII.GetBytes(said));
        server.Shutdown(SocketShutdown.Send);
        await Assert.ThrowsAsync<IOException>(() => call.WaitAsync(Deadline.Time));
    }

    [Theory]
    [InlineData("Content-Length: 99999999")]
    [InlineData("Transfer-Encoding: chunked\r\n\r\n7fffffff")]
    public async Task Answer_that_is_too_long_is_refused_before_it_is_read(string length)
    {
        var call = CallAsync("one");
        using var server = await _listener.AcceptSocketAsync().WaitAsync(Deadline.Time);
        await ReadRequestAsync(server, "one");
        await server.SendAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 200 OK\r\n{length}\r\n\r\n"));
        await Assert.ThrowsAsync<AnswerTooLongException>(() => call.WaitAsync(Deadline.Time));
    }

    [Fact]
    public async Task Cancelled_call_closes_its_connection()
    {
        using var cancel = new CancellationTokenSource();
        var call = _transport.SendAsync(_endpoint, Headers, "one"u8.ToArray(), cancel.Token);
        using var server = await _listener.AcceptSocketAsync().WaitAsync(Deadline.Time);
        await ReadRequestAsync(server, "one");
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call.WaitAsync(Deadline.Time));
        Assert.Equal(0, await server.ReceiveAsync(new byte[1]).WaitAsync(Deadline.Time));
    }

    [Fact]
    public async Task Line_break_in_a_header_is_refused()
    {
        var call = _transport.SendAsync(_endpoint, [.. Headers, new("X-Amz-Security-Token", "a\r\nHost: other")], default, default);
        Assert.Contains("X-Amz-Security-Token", (await Assert.ThrowsAsync<HttpRequestException>(() => call.WaitAsync(Deadline.Time))).Message);
    }

    public void Dispose()
    {
        _transport.Dispose();
        _listener.Dispose();
    }

    private Task<AwsAnswer> CallAsync(string body) => _transport.SendAsync(_endpoint, Headers, Encoding.ASCII.GetBytes(body), default);

    private static void Same(int status, string body, AwsAnswer answer)
        => Assert.Equal((status, body), (answer.Status, Encoding.ASCII.GetString(answer.Body.Span)));

    private static async Task<string> ReadRequestAsync(Socket server, string body)
    {
        var text = "";
        var buffer = new byte[4096];
        while (!text.EndsWith("\r\n\r\n" + body, StringComparison.Ordinal))
        {
            var count = await server.ReceiveAsync(buffer).WaitAsync(Deadline.Time);
            Assert.NotEqual(0, count);
            text += Encoding.ASCII.GetString(buffer, 0, count);
        }
        return text;
    }
}
