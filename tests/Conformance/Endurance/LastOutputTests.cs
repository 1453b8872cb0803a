using Postern.Conformance.Support;
using Postern.Conformance.Support.Persons;
using Postern.Conformance.Support.Servers;

namespace Postern.Conformance.Endurance;

/// <summary>A command that ends while its client cannot be reached: it has the whole output, and the exit code, once it can.</summary>
public sealed class LastOutputTests
{
    private const int Bytes = 4_000_000;
    /// <summary>More than any end, or connection, is given to take what it was sent.</summary>
    private static readonly TimeSpan Away = TimeSpan.FromSeconds(12);

    [Fact]
    public async Task A_client_that_is_frozen_without_a_network_gets_the_whole_output_of_a_command_that_ended()
    {
        Assert.SkipWhen(OwnNetwork.Unavailable is not null, OwnNetwork.Unavailable ?? "");
        await using var network = await OwnNetwork.MakeAsync();
        await using var gateway = await Gateway.StartAsync("--listen", $"{network.Here}:{Gateway.PortPlace}");
        await using var node = await OurNode.StartAsync(gateway);
        await using var command = Child.StartRaw(network.Inside(Run(gateway, node, $"echo begins; sleep 2; head -c {Bytes} /dev/zero; exit 3").With(new Dictionary<string, string?>
        {
            ["AWS_ENDPOINT_URL"] = $"https://{network.Here}:{gateway.Port}",
        })));
        var first = new byte["begins\n".Length];
        await command.RawOutput.ReadExactlyAsync(first);

        Signal(command, Native.SigStop);
        await network.SetUpAsync(false);
        await Task.Delay(Away);
        await network.SetUpAsync(true);
        Signal(command, Native.SigContinue);

        await EndsWholeAsync(command, Bytes);
    }

    [Fact]
    public async Task A_client_whose_connection_is_cut_when_the_command_ends_gets_its_output_and_exit_code_when_it_is_back()
    {
        await using var gateway = await Gateway.StartAsync();
        await using var node = await OurNode.StartAsync(gateway);
        await using var line = new CuttableProxy(gateway.Port);
        await using var command = Child.StartRaw(line.Between(Run(gateway, node, "echo begins; sleep 2; echo result; exit 3"), gateway));
        var first = new byte["begins\n".Length];
        await command.RawOutput.ReadExactlyAsync(first);

        Signal(command, Native.SigStop);
        line.Cut();
        await Task.Delay(Away / 2);
        Signal(command, Native.SigContinue);

        await EndsWholeAsync(command, "result\n".Length);
    }

    private static Command Run(Gateway gateway, Node node, string script) => new PosternPerson().Run(gateway, node.Id, $"sh -c '{script}'", interactive: false);

    private static async Task EndsWholeAsync(Child command, int expected)
    {
        var (rest, buffer) = (0, new byte[64 * 1024]);
        var reading = Task.Run(async () =>
        {
            while (await command.RawOutput.ReadAsync(buffer) is > 0 and var read)
                rest += read;
        });
        var code = await command.ExitAsync(TimeSpan.FromSeconds(90));
        await reading;
        Assert.Equal((expected, 3), (rest, code));
    }

    private static void Signal(Child command, int signal)
    {
        foreach (var id in ProcessTree.Below(command.Id).Select(line => int.Parse(line.Split(' ')[0])).Append(command.Id))
            Native.Signal(id, signal);
    }
}
