using System.Net;
using System.Net.Sockets;
using Postern.Protocol.AwsJson;
using Postern.Server.Hosting;
using Postern.Tests.DataStream;
using Postern.Tests.Support;

namespace Postern.Tests.Hosting;

public sealed class HandshakePlacesTests
{
    [Fact]
    public async Task Connections_that_say_nothing_keep_nobody_out()
    {
        await using var host = await ServerHost.StartAsync();
        var silent = new List<TcpClient>();
        try
        {
            for (var i = 0; i < 2 * HandshakePlaces.PerProcessor * Environment.ProcessorCount; i++)
            {
                var client = new TcpClient();
                silent.Add(client);
                await client.ConnectAsync(IPAddress.Loopback, host.Endpoint.Port);
            }
            var answer = await host.CreateApiClient().CallAsync(SsmOperations.DescribeSessions, new DescribeSessionsRequest { State = "Active" }, default).WaitAsync(Deadline.Time);
            Assert.NotNull(answer);
        }
        finally
        {
            silent.ForEach(client => client.Dispose());
        }
    }

    [Fact]
    public async Task Handshakes_that_are_begun_and_left_keep_another_address_from_nothing()
    {
        await using var host = await ServerHost.StartAsync();
        var stuck = new List<TcpClient>();
        try
        {
            for (var i = 0; i < HandshakePlaces.PerProcessor * Environment.ProcessorCount; i++)
            {
                var client = new TcpClient(new IPEndPoint(IPAddress.Parse("127.0.0.2"), 0));
                stuck.Add(client);
                await client.ConnectAsync(IPAddress.Loopback, host.Endpoint.Port);
                await client.GetStream().WriteAsync(new byte[] { 22, 3, 1, 1 }); // the beginning of a ClientHello
            }
            var answer = await host.CreateApiClient().CallAsync(SsmOperations.DescribeSessions, new DescribeSessionsRequest { State = "Active" }, default).WaitAsync(Deadline.Time);
            Assert.NotNull(answer);
        }
        finally
        {
            stuck.ForEach(client => client.Dispose());
        }
    }
}
