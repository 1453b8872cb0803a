using Postern.Conformance.Support;
using Postern.Conformance.Support.Persons;
using Postern.Conformance.Support.Servers;

namespace Postern.Conformance.Endurance;

/// <summary>A client that moves to another network, or sleeps: nobody closes its connections, they just lead nowhere.</summary>
public sealed class MovingTests
{
    private static readonly bool Long = Environment.GetEnvironmentVariable("POSTERN_LONG") == "1";
    private static readonly TimeSpan Sleep = Long ? TimeSpan.FromMinutes(10) : TimeSpan.FromSeconds(20);
    /// <summary>Longer than ends that are awake have after a restart.</summary>
    private static readonly TimeSpan LongSleep = Long ? TimeSpan.FromMinutes(10) : TimeSpan.FromSeconds(70);

    [Fact]
    public async Task A_shell_and_a_connection_outlive_a_new_address_of_the_client()
    {
        await using var place = await MovingClient.StartAsync();
        await place.WorksAsync(1);

        await place.Network.SetAddressAsync(20);

        await place.WorksAsync(2);
        await place.Network.SetAddressAsync(30);
        await place.WorksAsync(3);
    }

    [Fact]
    public async Task A_shell_and_a_connection_outlive_a_client_that_sleeps()
    {
        await using var place = await MovingClient.StartAsync();
        await place.WorksAsync(1);

        place.Freeze();
        await place.Network.SetUpAsync(false);
        await Task.Delay(Sleep);
        // It wakes up in another network.
        await place.Network.SetUpAsync(true);
        await place.Network.SetAddressAsync(20);
        place.Unfreeze();

        await place.WorksAsync(2);
    }

    [Fact]
    public async Task A_shell_and_a_connection_outlive_a_client_that_sleeps_while_the_gateway_is_killed()
    {
        await using var place = await MovingClient.StartAsync();
        await place.WorksAsync(1);

        place.Freeze();
        await place.Network.SetUpAsync(false);
        await place.Gateway.KillAsync();
        await place.Gateway.StartAgainAsync();
        await Task.Delay(LongSleep);
        await place.Network.SetUpAsync(true);
        await place.Network.SetAddressAsync(20);
        place.Unfreeze();

        await place.WorksAsync(2);
    }

    /// <summary>A shell and a connection through standard streams, of a client in a network of its own.</summary>
    private sealed class MovingClient : IAsyncDisposable
    {
        private static readonly TimeSpan Noticed = TimeSpan.FromSeconds(90);
        private readonly Stack<IAsyncDisposable> _owned = new();
        private readonly Transcript _echo = new();
        private TerminalProcess _shell = null!;
        private Child _stdio = null!;
        private Task _copying = Task.CompletedTask;

        public OwnNetwork Network { get; private set; } = null!;

        public Gateway Gateway { get; private set; } = null!;

        public static async Task<MovingClient> StartAsync()
        {
            Assert.SkipWhen(OwnNetwork.Unavailable is not null, OwnNetwork.Unavailable ?? "");
            var client = new MovingClient();
            try
            {
                await client.OpenAsync();
                return client;
            }
            catch
            {
                await client.DisposeAsync();
                throw;
            }
        }

        public void Freeze() => Signal(Native.SigStop);

        public void Unfreeze() => Signal(Native.SigContinue);

        /// <summary>Both answer, in the same shell and over the same connection.</summary>
        public async Task WorksAsync(int number)
        {
            await _stdio.Input.WriteAsync(System.Text.Encoding.ASCII.GetBytes($"message-{number}."));
            await _stdio.Input.FlushAsync();
            await _echo.WaitForAsync(new($"message-{number}\\."), within: Noticed);
            await _shell.AnswersAsync($"echo $word-$(({number}+100))", $"kept-{number + 100}", Noticed);
        }

        public async ValueTask DisposeAsync()
        {
            while (_owned.TryPop(out var owned))
                await owned.DisposeAsync();
            await _copying;
        }

        private async Task OpenAsync()
        {
            Network = Own(await OwnNetwork.MakeAsync());
            var gateway = Gateway = Own(await Support.Gateway.StartAsync("--listen", $"{Network.Here}:{Support.Gateway.PortPlace}"));
            var node = Own(await OurNode.StartAsync(gateway));
            var server = Own(new EchoServer());
            var person = new PosternPerson();
            _shell = Own(TerminalProcess.Start(Reaching(gateway, person.Shell(gateway, node.Id))));
            await _shell.SeesAsync(@"[$#] ");
            await _shell.AnswersAsync("word=kept; echo re''ady", "ready");
            _stdio = Own(Child.StartRaw(Reaching(gateway, person.Ssh(gateway, node.Id, $"{server.Port}"))));
            _copying = _echo.CopyFromAsync(_stdio.RawOutput);
        }

        private Command Reaching(Gateway gateway, Command command) => Network.Inside(command.With(new Dictionary<string, string?>
        {
            ["AWS_ENDPOINT_URL"] = $"https://{Network.Here}:{gateway.Port}",
        }));

        private void Signal(int signal)
        {
            foreach (var id in ProcessTree.Below(_shell.Id).Concat(ProcessTree.Below(_stdio.Id)).Select(line => int.Parse(line.Split(' ')[0])).Append(_shell.Id).Append(_stdio.Id))
                Native.Signal(id, signal);
        }

        private T Own<T>(T owned) where T : IAsyncDisposable
        {
            _owned.Push(owned);
            return owned;
        }
    }
}
