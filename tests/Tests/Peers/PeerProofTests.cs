using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Postern.Server.Iam;
using Postern.Server.Peers;
using Postern.Tests.Support;

namespace Postern.Tests.Peers;

/// <summary>Only a gateway of the same master key can say where a request came from, of that request, and for a minute.</summary>
public sealed class PeerProofTests
{
    private const string Keys = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff", Others = "ff112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";

    private readonly ManualTime _time = new();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_request_that_was_handed_on_comes_from_where_it_came_from(bool part)
    {
        var arrived = Arrived(Proof().Write(Request("AWS4 one", "192.0.2.7"), part));
        var handed = Proof().Read(arrived);
        Assert.Equal((IPAddress.Parse("192.0.2.7"), part), (handed!.Source, handed.IsPart));
    }

    [Fact]
    public void What_was_written_with_an_earlier_key_is_read_while_the_gateways_are_given_the_new_one()
    {
        var header = Proof().Write(Request("AWS4 one", "192.0.2.7"), part: false);
        Assert.NotNull(Proof($"{Others},{Keys}").Read(Arrived(header)));
        Assert.Null(Proof(Others).Read(Arrived(header)));
    }

    [Fact]
    public void Another_request_address_kind_or_time_is_not_believed()
    {
        var header = Proof().Write(Request("AWS4 one", "192.0.2.7"), part: false);
        Assert.Null(Proof().Read(Arrived(header, authorization: "AWS4 two")));
        Assert.Null(Proof().Read(Arrived(header, target: "/?X-Amz-Signature=1")));
        Assert.Null(Proof().Read(Arrived(header.Replace("192.0.2.7", "192.0.2.8"))));
        Assert.Null(Proof().Read(Arrived(header.Replace("whole", "part"))));
        Assert.Null(Proof().Read(Arrived(header[..^1] + (header[^1] == '0' ? '1' : '0'))));
        foreach (var nonsense in new[] { "", "1", "1 2 3 4 5", new string('1', 4000), $"1 x 192.0.2.7 whole {new string('0', 64)}" })
            Assert.Null(Proof().Read(Arrived(nonsense)));
        _time.Advance(TimeSpan.FromSeconds(61));
        Assert.Null(Proof().Read(Arrived(header)));
    }

    [Fact]
    public async Task A_stranger_s_header_changes_nothing()
    {
        var http = Arrived(Proof(Others).Write(Request("AWS4 one", "10.0.0.1"), part: true));
        await new PeerRequests(Proof()).HandleAsync(http, _ => Task.CompletedTask);
        Assert.Equal(IPAddress.Loopback, http.Connection.RemoteIpAddress);
        Assert.Null(http.Features.Get<HandedRequest>());
    }

    private PeerProof Proof(string keys = Keys) => new(MasterKey.Parse(keys, "a test"), _time);

    private static DefaultHttpContext Request(string authorization, string address, string target = "/")
    {
        var http = new DefaultHttpContext();
        http.Request.Headers.Authorization = authorization;
        http.Connection.RemoteIpAddress = IPAddress.Parse(address);
        http.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget = target;
        return http;
    }

    private static DefaultHttpContext Arrived(string header, string authorization = "AWS4 one", string target = "/")
    {
        var http = Request(authorization, "127.0.0.1", target);
        http.Request.Headers[PeerProof.Header] = header;
        return http;
    }
}
