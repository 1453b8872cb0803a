using System.Net;
using System.Net.Sockets;
using System.Text;
using Postern.Agent.Sessions;
using Postern.Protocol.DataStream;
using Postern.Protocol.Messages;
using Postern.Protocol.Smux;

namespace Postern.Tests.Agent.Sessions;

public sealed class PortSessionTests : IDisposable
{
    private readonly TcpListener _server = new(IPAddress.Loopback, 0);
    private readonly Socket _bound = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);

    public PortSessionTests() => _server.Start();

    private int Port => ((IPEndPoint)_server.LocalEndpoint).Port;

    public void Dispose()
    {
        _server.Dispose();
        _bound.Dispose();
    }

    private Person Open(string document, HandshakeResponseContent response, int? port = null, string host = "localhost")
        => new(document, $$"""{"portNumber":"{{port ?? Port}}","host":"{{host}}"}""", response);

    // Bound and not listening: refused, and nobody else can get it meanwhile.
    private int ClosedPort()
    {
        _bound.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)_bound.LocalEndPoint!).Port;
    }

    private Task<Socket> AcceptAsync() => _server.AcceptSocketAsync().WaitAsync(Person.Deadline);

    private static MuxSession Multiplex(Person person, bool extended)
    {
        var mux = new MuxSession(
            new MuxOptions { Role = MuxRole.Client, Extended = extended },
            (bytes, cancellationToken) => person.Stream.SendAsync(PayloadType.Output, bytes, cancellationToken));
        person.Consumer = mux.ReceiveAsync;
        return mux;
    }

    private static async Task<string> ReadAsync(Socket socket, int count)
    {
        var buffer = new byte[count];
        var filled = 0;
        while (filled < count)
        {
            var read = await socket.ReceiveAsync(buffer.AsMemory(filled)).AsTask().WaitAsync(Person.Deadline);
            Assert.NotEqual(0, read);
            filled += read;
        }
        return Encoding.ASCII.GetString(buffer);
    }

    [Fact]
    public async Task A_raw_stream_carries_bytes_both_ways_and_ends_with_its_connection()
    {
        await using var person = Open(TestDocuments.Ssh, TestDocuments.Stock);
        using var server = await AcceptAsync();
        await server.SendAsync("SSH-2.0-banner\r\n"u8.ToArray());
        await person.SeeAsync("SSH-2.0-banner\r\n");
        await person.TypeAsync("hello");
        Assert.Equal("hello", await ReadAsync(server, 5));
        await server.SendAsync("bye"u8.ToArray());
        server.Dispose();
        Assert.Equal(SessionOutcome.Success, await person.EndAsync());
        Assert.EndsWith("bye", person.Output, StringComparison.Ordinal);
        Assert.Equal("", person.Complete!.CustomerMessage);
    }

    [Fact]
    public async Task A_raw_stream_to_a_closed_port_fails_before_the_client_is_asked()
    {
        var port = ClosedPort();
        await using var person = Open(TestDocuments.Ssh, TestDocuments.Stock, port);
        var outcome = await person.EndAsync();
        Assert.Equal(SessionOutcome.Failure($"Unable to connect to specified port: localhost:{port} of mi-00000000000000001: connection refused"), outcome);
        Assert.Null(person.Request);
    }

    [Theory]
    [InlineData("169.254.169.254")]
    [InlineData("::ffff:169.254.169.254")]
    [InlineData("fd00:ec2::254")]
    public async Task Forbidden_addresses_are_refused(string host)
    {
        await using var person = Open(TestDocuments.Forward, TestDocuments.Stock, 80, host);
        var outcome = await person.EndAsync();
        Assert.False(outcome.Succeeded);
        Assert.Matches("^Forwarding to IP address .* is forbidden.$", outcome.Output);
    }

    [Fact]
    public async Task An_unknown_host_is_named()
    {
        await using var person = Open(TestDocuments.Forward, TestDocuments.Stock, 80, "no-such-host.invalid");
        Assert.StartsWith("cannot resolve host no-such-host.invalid on node mi-00000000000000001: ", (await person.EndAsync()).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_stock_client_multiplexes_and_never_gets_more_than_it_can_take()
    {
        await using var person = Open(TestDocuments.Forward, TestDocuments.Stock);
        await using var mux = Multiplex(person, extended: false);
        await person.UntilAsync(() => person.Complete is not null);
        Assert.Equal(Port.ToString(System.Globalization.CultureInfo.InvariantCulture), person.Request!.RequestedClientActions[0].ActionParameters.GetProperty("Properties").GetProperty("portNumber").GetString());
        var largest = 0;
        var receive = person.Consumer!;
        person.Consumer = (payload, token) =>
        {
            largest = Math.Max(largest, payload.Length);
            return receive(payload, token);
        };
        var first = await EchoAsync(mux, "one");
        var second = await EchoAsync(mux, new string('x', 5000));
        Assert.Equal("one", first);
        Assert.Equal(new string('x', 5000), second);
        Assert.Equal(DataStreamOptions.StockPayload, largest);
        await person.SendFlagAsync(PayloadFlag.TerminateSession);
        Assert.Equal(SessionOutcome.Success, await person.EndAsync());
    }

    private async Task<string> EchoAsync(MuxSession mux, string text)
    {
        var stream = await mux.OpenAsync(CancellationToken.None);
        await stream.WriteAsync(Encoding.ASCII.GetBytes(text), CancellationToken.None);
        using var server = await AcceptAsync();
        await server.SendAsync(Encoding.ASCII.GetBytes(await ReadAsync(server, text.Length)));
        var buffer = new byte[text.Length];
        for (var filled = 0; filled < buffer.Length;)
            filled += await stream.ReadAsync(buffer.AsMemory(filled), CancellationToken.None);
        return Encoding.ASCII.GetString(buffer);
    }

    [Fact]
    public async Task Our_client_gets_large_messages_half_close_and_reasons()
    {
        await using var person = Open(TestDocuments.Forward, TestDocuments.Ours);
        await using var mux = Multiplex(person, extended: true);
        await person.UntilAsync(() => person.Complete is not null);
        Assert.Equal(DataStreamOptions.LargestPayload, person.Request!.Postern!.MaxPayload);
        Assert.True(person.Request.Postern.ExtendedMux);
        Assert.Null(person.Request.Postern.DestinationError);
        var stream = await mux.OpenAsync(CancellationToken.None);
        await stream.WriteAsync("question"u8.ToArray(), CancellationToken.None);
        await stream.CompleteAsync(CancellationToken.None);
        using var server = await AcceptAsync();
        Assert.Equal("question", await ReadAsync(server, 8));
        Assert.Equal(0, await server.ReceiveAsync(new byte[1]).WaitAsync(Person.Deadline));
        await server.SendAsync("answer"u8.ToArray());
        server.Dispose();
        var answer = new byte[100];
        Assert.Equal(6, await stream.ReadAsync(answer, CancellationToken.None));
        Assert.Equal(0, await stream.ReadAsync(answer, CancellationToken.None));
    }

    [Fact]
    public async Task A_stock_client_is_warned_of_a_closed_port_and_flagged_for_each_connection()
    {
        var port = ClosedPort();
        await using var person = Open(TestDocuments.Forward, TestDocuments.Stock, port);
        await using var mux = Multiplex(person, extended: false);
        await person.UntilAsync(() => person.Complete is not null);
        Assert.Equal($"Warning: nothing listens on localhost:{port} of mi-00000000000000001 (connection refused).", person.Complete!.CustomerMessage);
        var stream = await mux.OpenAsync(CancellationToken.None);
        await person.UntilAsync(() => person.Others.Count > 0);
        Assert.Equal((PayloadType.Flag, "00000003"), person.Others[0]);
        Assert.Equal(0, await stream.ReadAsync(new byte[1], CancellationToken.None).AsTask().WaitAsync(Person.Deadline));
        Assert.False(person.Outcome.IsCompleted);
    }

    [Fact]
    public async Task Our_client_learns_of_a_closed_port_in_the_handshake_and_for_each_connection()
    {
        var port = ClosedPort();
        await using var person = Open(TestDocuments.Forward, TestDocuments.Ours, port);
        await person.UntilAsync(() => person.Complete is not null);
        Assert.Equal($"Unable to connect to localhost:{port} of mi-00000000000000001: connection refused.", person.Request!.Postern!.DestinationError);
        Assert.Equal("", person.Complete!.CustomerMessage);
        await using var mux = Multiplex(person, extended: true);
        var refused = await mux.OpenAsync(CancellationToken.None);
        await Assert.ThrowsAsync<IOException>(async () => await refused.ReadAsync(new byte[1], CancellationToken.None).AsTask().WaitAsync(Person.Deadline));
        Assert.Equal($"Unable to connect to localhost:{port} of mi-00000000000000001: connection refused", refused.FailureReason);
    }

    [Fact]
    public async Task Connections_are_dialled_side_by_side()
    {
        await using var person = Open(TestDocuments.Forward, TestDocuments.Ours);
        await using var mux = Multiplex(person, extended: true);
        await person.UntilAsync(() => person.Complete is not null);
        var accepted = Task.WhenAll(Enumerable.Range(0, 20).Select(_ => AcceptAsync()));
        for (var i = 0; i < 20; i++)
            await mux.OpenAsync(CancellationToken.None);
        foreach (var socket in await accepted)
            socket.Dispose();
    }

    [Fact]
    public async Task An_old_client_gets_one_connection_at_a_time_and_the_next_when_it_sends_again()
    {
        await using var person = Open(TestDocuments.Forward, TestDocuments.Old);
        await person.UntilAsync(() => person.Complete is not null);
        using (var first = await AcceptAsync())
        {
            await person.TypeAsync("one");
            Assert.Equal("one", await ReadAsync(first, 3));
            await person.SendFlagAsync(PayloadFlag.DisconnectToPort);
            Assert.Equal(0, await first.ReceiveAsync(new byte[1]).WaitAsync(Person.Deadline));
        }
        await person.TypeAsync("two");
        using var second = await AcceptAsync();
        Assert.Equal("two", await ReadAsync(second, 3));
        await second.SendAsync("back"u8.ToArray());
        await person.SeeAsync("back");
    }

    [Fact]
    public async Task A_client_that_breaks_the_multiplexer_fails_the_session()
    {
        await using var person = Open(TestDocuments.Forward, TestDocuments.Stock);
        await person.UntilAsync(() => person.Complete is not null);
        await person.TypeAsync("this is not smux");
        Assert.Contains("multiplexer", (await person.EndAsync()).Output, StringComparison.Ordinal);
    }
}
