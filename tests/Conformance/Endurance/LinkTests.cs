using Postern.Conformance.Support;
using Postern.Conformance.Support.Persons;
using Postern.Conformance.Support.Servers;

namespace Postern.Conformance.Endurance;

/// <summary>Sessions over lines that nobody wants.</summary>
public sealed class LinkTests
{
    private static readonly TimeSpan OneWay = TimeSpan.FromMilliseconds(100), SlowLine = TimeSpan.FromMinutes(3);

    [Fact]
    public async Task A_shell_and_a_transfer_work_over_a_line_with_five_percent_loss_and_a_fifth_of_a_second()
    {
        await using var gateway = await Gateway.StartAsync();
        await using var node = await OurNode.StartAsync(gateway);
        await using var server = new EchoServer();
        await using var line = RoughLink.Start(gateway.Port, OneWay, loss: 0.05, seed: 3);
        var person = new PosternPerson();
        var port = FreePort.Take();
        await using var forward = TerminalProcess.Start(line.Between(person.Forward(gateway, node.Id, port, server.Port)));
        await person.ForwardReadyAsync(forward);
        await using var shell = TerminalProcess.Start(line.Between(person.Shell(gateway, node.Id)));
        await shell.SeesAsync(@"[$#] ");

        var transfer = Traffic.EchoesAsync(port, 2_000_000, seed: 4);
        for (var i = 0; i < 10; i++)
            await shell.AnswersAsync($"echo line-$(({i}+100))", $"line-{i + 100}");
        await Deadline.WithinAsync("2 MB there and back", DoneAsync(transfer), SlowLine);

        Assert.True(line.Lost > 0, "nothing was lost on the line");
    }

    [Fact]
    public async Task Sessions_outlive_a_relay_that_ends_every_connection_again_and_again()
    {
        const int cuts = 6;
        await using var gateway = await Gateway.StartAsync();
        await using var node = await OurNode.StartAsync(gateway);
        await using var server = new EchoServer();
        await using var relay = new CuttableProxy(gateway.Port);
        var person = new PosternPerson();
        var port = FreePort.Take();
        await using var forward = TerminalProcess.Start(relay.Between(person.Forward(gateway, node.Id, port, server.Port), gateway));
        await person.ForwardReadyAsync(forward);
        await using var shell = TerminalProcess.Start(relay.Between(person.Shell(gateway, node.Id), gateway));
        await shell.SeesAsync(@"[$#] ");
        await shell.AnswersAsync("word=kept; echo re''ady", "ready");
        await using var connection = await Traffic.ConnectAsync(port);

        for (var cut = 0; cut < cuts; cut++)
        {
            relay.Cut();
            var sent = new byte[100_000];
            new Random(cut).NextBytes(sent);
            var received = new byte[sent.Length];
            var reading = connection.ReadExactlyAsync(received).AsTask();
            await connection.WriteAsync(sent);
            await Deadline.WithinAsync($"the bytes sent after cut {cut}", DoneAsync(reading));
            Assert.Equal(sent, received);
            await shell.AnswersAsync($"echo $word-$(({cut}+100))", $"kept-{cut + 100}");
        }
    }

    private static async Task<bool> DoneAsync(Task task)
    {
        await task;
        return true;
    }
}
