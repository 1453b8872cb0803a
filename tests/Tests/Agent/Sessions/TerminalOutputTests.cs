using Postern.Agent.Sessions.Shell;
using Postern.Protocol.DataStream;
using Postern.Tests.Agent.Pty;
using Postern.Tests.DataStream;
using Stream = Postern.Protocol.DataStream.DataStream;

namespace Postern.Tests.Agent.Sessions;

public sealed class TerminalOutputTests
{
    [Fact]
    public async Task Messages_are_as_large_as_the_channel_takes_though_it_opened_after_the_terminal()
    {
        await using var run = new TerminalRun("/bin/sh", ["-c", "read go; seq 1 50000"]);
        var person = new RecordingReceiver();
        await using var agent = new Stream(new DataStreamOptions { Side = StreamSide.Agent }, new RecordingReceiver(), TimeProvider.System);
        await using var client = new Stream(new DataStreamOptions { Side = StreamSide.Client }, person, TimeProvider.System);
        var copying = new TerminalOutput(run.Terminal, run.Process, agent).CopyAsync(CancellationToken.None);

        using var stop = new CancellationTokenSource();
        using var sockets = new SocketPair(subProtocol: DataStreamOptions.LargeMessages);
        var attached = Task.WhenAll(agent.RunAsync(sockets.Server, stop.Token), client.RunAsync(sockets.Client, stop.Token));
        await run.TypeAsync("go\n");
        await copying.WaitAsync(Deadline.Time);

        Assert.True(await agent.FlushAsync(Deadline.Time, CancellationToken.None));
        var sizes = new List<int>();
        while (person.Count > 0)
            sizes.Add((await person.NextAsync()).Payload.Length);
        Assert.InRange(sizes.Max(), DataStreamOptions.StockPayload + 1, DataStreamOptions.LargeStockPayload);
        await stop.CancelAsync();
        await attached.WaitAsync(Deadline.Time);
    }
}
