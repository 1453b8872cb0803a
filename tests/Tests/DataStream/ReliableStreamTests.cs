using System.Text;
using Postern.Protocol.DataStream;
using Postern.Protocol.Messages;
using Stream = Postern.Protocol.DataStream.DataStream;

namespace Postern.Tests.DataStream;

public sealed class ReliableStreamTests
{
    [Fact]
    public async Task Messages_arrive_in_order_and_are_acknowledged()
    {
        using var pair = new SocketPair();
        var atNode = new RecordingReceiver();
        var atPerson = new RecordingReceiver();
        await using var node = new Stream(new DataStreamOptions { Side = StreamSide.Agent }, atNode, TimeProvider.System);
        await using var person = new Stream(new DataStreamOptions { Side = StreamSide.Client }, atPerson, TimeProvider.System);
        using var stop = new CancellationTokenSource();
        var runs = Task.WhenAll(node.RunAsync(pair.Server, stop.Token), person.RunAsync(pair.Client, stop.Token));

        for (var i = 0; i < 100; i++)
        {
            await node.SendAsync(PayloadType.Output, Encoding.ASCII.GetBytes($"out {i}"), default);
            await person.SendAsync(PayloadType.Output, Encoding.ASCII.GetBytes($"in {i}"), default);
        }

        Assert.True(await node.FlushAsync(Deadline.Time, default));
        Assert.True(await person.FlushAsync(Deadline.Time, default));
        for (var i = 0; i < 100; i++)
        {
            Assert.Equal($"out {i}", Encoding.ASCII.GetString((await atPerson.NextAsync()).Payload));
            Assert.Equal($"in {i}", Encoding.ASCII.GetString((await atNode.NextAsync()).Payload));
        }
        await stop.CancelAsync();
        Assert.Equal([SocketEnd.Cancelled, SocketEnd.Cancelled], await runs.WaitAsync(Deadline.Time));
    }
}
