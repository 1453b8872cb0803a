using System.Diagnostics;
using Postern.Conformance.Support;
using Postern.Conformance.Support.Persons;
using Postern.Conformance.Support.Servers;

namespace Postern.Conformance.Endurance;

/// <summary>A line that is fast and long: what is under way decides how fast a transfer is.</summary>
public sealed class LongLineTests
{
    private static readonly TimeSpan OneWay = TimeSpan.FromMilliseconds(100), Limit = TimeSpan.FromMinutes(2);
    private const int Segment = 16 * 1024, Megabyte = 1_000_000;

    [Fact]
    public async Task A_hundred_megabytes_arrive_whole_over_a_fast_line_of_a_fifth_of_a_second()
    {
        await using var gateway = await Gateway.StartAsync();
        await using var node = await OurNode.StartAsync(gateway);
        await using var server = new EchoServer();
        await using var line = RoughLink.Start(gateway.Port, OneWay, loss: 0, seed: 1, Segment);
        var person = new PosternPerson();
        var port = FreePort.Take();
        await using var forward = TerminalProcess.Start(line.Between(person.Forward(gateway, node.Id, port, server.Port)));
        await person.ForwardReadyAsync(forward);

        var began = Stopwatch.GetTimestamp();
        await Deadline.WithinAsync("100 MB there and back", EchoedAsync(port), Limit);
        TestContext.Current.TestOutputHelper?.WriteLine($"100 MB there and back in {Stopwatch.GetElapsedTime(began).TotalSeconds:0.0} s");
    }

    private static async Task<bool> EchoedAsync(int port)
    {
        var (sent, received) = (new byte[100 * Megabyte], new byte[100 * Megabyte]);
        new Random(4).NextBytes(sent);
        await using var connection = await Traffic.ConnectAsync(port);
        var writing = connection.WriteAsync(sent).AsTask();
        await connection.ReadExactlyAsync(received);
        await writing;
        Assert.True(sent.AsSpan().SequenceEqual(received), "the bytes came back changed");
        return true;
    }
}
