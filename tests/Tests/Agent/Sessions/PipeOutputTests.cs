using Postern.Agent.Pty;
using Postern.Agent.Sessions.Command;
using Postern.Protocol.DataStream;
using Postern.Protocol.Messages;
using Postern.Tests.DataStream;
using Stream = Postern.Protocol.DataStream.DataStream;

namespace Postern.Tests.Agent.Sessions;

public sealed class PipeOutputTests
{
    private const int PipeHolds = 64 * 1024;

    [Fact]
    public async Task A_pipe_that_never_gets_empty_is_left_once_the_command_has_ended()
    {
        using var poller = new Poller();
        using var pipe = new Postern.Agent.Pty.Pipe(poller);
        var received = 0L;
        // What is taken out is put in again before the next may be sent.
        var person = new RecordingReceiver
        {
            OnStream = (_, payload, _) =>
            {
                received += payload.Length;
                Assert.Equal(payload.Length, LinuxNative.write(pipe.Writer, payload.Span, (nuint)payload.Length));
                return default;
            },
        };
        await using var agent = new Stream(new DataStreamOptions { Side = StreamSide.Agent, SendWindow = 1 }, new RecordingReceiver(), TimeProvider.System);
        await using var client = new Stream(new DataStreamOptions { Side = StreamSide.Client }, person, TimeProvider.System);
        using var stop = new CancellationTokenSource();
        using var sockets = new SocketPair();
        var attached = Task.WhenAll(agent.RunAsync(sockets.Server, stop.Token), client.RunAsync(sockets.Client, stop.Token));
        Assert.Equal(PipeHolds / 2, LinuxNative.write(pipe.Writer, new byte[PipeHolds / 2], PipeHolds / 2));

        var copying = new PipeOutput(pipe.Reader, PayloadType.Output, new OutputPrefix("none", ""), agent)
            .CopyAsync(ended: new CancellationToken(canceled: true), CancellationToken.None);
        await copying.WaitAsync(Deadline.Time);

        Assert.InRange(received, PipeHolds / 2, 2 * 1024 * 1024);
        await stop.CancelAsync();
        await attached.WaitAsync(Deadline.Time);
    }
}
