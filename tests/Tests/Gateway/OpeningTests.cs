using System.Net;
using System.Net.WebSockets;
using Postern.Server.Gateway;
using Postern.Tests.DataStream;
using Postern.Tests.Support;

namespace Postern.Tests.Gateway;

/// <summary>Strangers who open channels and say nothing: what they take from others is bounded.</summary>
public sealed class OpeningTests
{
    private const string Path = "/v1/data-channel/admin-00000000000000000";

    [Fact]
    public void One_address_has_its_share_of_the_places_and_gets_them_back()
    {
        var places = new OpeningPlaces(inAll: 3, ofOneAddress: 2);
        using var first = places.TryTake(IPAddress.Parse("192.0.2.1"));
        var second = places.TryTake(IPAddress.Parse("::ffff:192.0.2.1"));
        Assert.NotNull(second);
        Assert.Null(places.TryTake(IPAddress.Parse("192.0.2.1")));
        using var other = places.TryTake(IPAddress.Parse("192.0.2.2"));
        Assert.NotNull(other);
        Assert.Null(places.TryTake(IPAddress.Parse("192.0.2.3"))); // all are taken
        second.Dispose();
        second.Dispose(); // gives back once
        using var again = places.TryTake(IPAddress.Parse("192.0.2.1"));
        Assert.NotNull(again);
        Assert.Null(places.TryTake(IPAddress.Parse("192.0.2.1")));
    }

    [Fact]
    public void A_network_of_IPv6_counts_as_one_address()
    {
        var places = new OpeningPlaces(inAll: 10, ofOneAddress: 1);
        using var first = places.TryTake(IPAddress.Parse("2001:db8:0:1::1"));
        Assert.Null(places.TryTake(IPAddress.Parse("2001:db8:0:1:ffff::2")));
        using var other = places.TryTake(IPAddress.Parse("2001:db8:0:2::1"));
        Assert.NotNull(other);
    }

    [Fact]
    public async Task An_address_that_opens_channels_and_says_nothing_is_refused_more_and_others_are_not()
    {
        await using var host = await ServerHost.StartAsync(options => options with { OpeningPerAddress = 2 });
        using var first = await OpenAsync(host, "127.0.0.1");
        using var second = await OpenAsync(host, "127.0.0.1");

        Assert.Contains("503", (await Assert.ThrowsAsync<WebSocketException>(() => OpenAsync(host, "127.0.0.1"))).Message);
        using var other = await OpenAsync(host, "127.0.0.2");

        // Its places are free again once it has spoken.
        await FakeNode.SendTextAsync(first, """{"TokenValue":"wrong"}""");
        Assert.Null(await FakeEnd.Client(first).TryReceiveAsync());
        using var third = await OpenAsync(host, "127.0.0.1");
        Assert.Equal(WebSocketState.Open, third.State);
    }

    [Fact]
    public void Refusals_beyond_ten_a_minute_are_counted_and_not_written()
    {
        var time = new ManualTime();
        var log = new SparseLog(time);
        for (var i = 0; i < SparseLog.LinesPerMinute; i++)
            Assert.True(log.MaySay(out _));
        for (var i = 0; i < 500; i++)
            Assert.False(log.MaySay(out _));
        time.Advance(TimeSpan.FromMinutes(1));
        Assert.True(log.MaySay(out var silent));
        Assert.Equal(500, silent);
        Assert.True(log.MaySay(out silent));
        Assert.Equal(0, silent);
    }

    private static async Task<ClientWebSocket> OpenAsync(ServerHost host, string source)
    {
        var socket = new ClientWebSocket { Options = { CollectHttpResponseDetails = true } };
        var handler = host.CreateHandler();
        handler.ConnectCallback = async (context, token) =>
        {
            var tcp = new System.Net.Sockets.Socket(System.Net.Sockets.SocketType.Stream, System.Net.Sockets.ProtocolType.Tcp);
            tcp.Bind(new IPEndPoint(IPAddress.Parse(source), 0));
            await tcp.ConnectAsync(IPAddress.Loopback, context.DnsEndPoint.Port, token);
            return new System.Net.Sockets.NetworkStream(tcp, ownsSocket: true);
        };
        using var invoker = new HttpMessageInvoker(handler, disposeHandler: false);
        await socket.ConnectAsync(new Uri(host.SocketEndpoint, Path), invoker, default).WaitAsync(Deadline.Time);
        return socket;
    }
}
