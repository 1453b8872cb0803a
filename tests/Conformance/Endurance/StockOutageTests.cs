using Postern.Conformance.Support;
using Postern.Conformance.Support.Persons;
using Postern.Conformance.Support.Servers;

namespace Postern.Conformance.Endurance;

/// <summary>AWS's ends when the gateway restarts or a connection is cut. What they cannot do stands in docs/protocol/differences.md.</summary>
public sealed class StockOutageTests
{
    /// <summary>For a busy machine.</summary>
    private static readonly TimeSpan ComeBack = TimeSpan.FromSeconds(60);

    /// <summary>AWS's ends try six times, at first after 0.1 to 0.2 s and then after twice as long each time, and never again.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(4);

    /// <summary>Kind of agent, way of the person, what happens.</summary>
    public static TheoryData<string, string, string> Rows()
    {
        var rows = new TheoryData<string, string, string>();
        var stockPlugin = new AwsPerson(AwsCli.AnyVersion, stockPlugin: true).Name;
        foreach (var (agent, person) in new[] { (World.OurAgent, stockPlugin), (World.StockAgent, new PosternPerson().Name), (World.StockAgent, stockPlugin) })
        {
            foreach (var outage in Enum.GetNames<Outage>())
                rows.Add(agent, person, outage);
        }
        return rows;
    }

    [Theory]
    [MemberData(nameof(Rows))]
    public async Task An_idle_shell_and_an_idle_connection_go_on_after(string agent, string person, string outage)
    {
        await using var place = await OutagePlace.StartAsync(agent, person);
        var shell = await place.OpenShellAsync();
        var port = await place.OpenForwardAsync();
        await using var connection = await Traffic.ConnectAsync(port);
        await EchoAsync(connection, 1);
        await place.QuietAsync();

        var away = await place.HappenAsync(Enum.Parse<Outage>(outage));
        Assert.SkipWhen(away > Patience, $"this machine needed {away.TotalSeconds:0.0} s to start the gateway again, and AWS's ends try no longer than about {Patience.TotalSeconds} s");

        await place.BackAsync();
        await shell.AnswersAsync("echo $word-$((2+3))", "kept-5", ComeBack);
        await EchoAsync(connection, 2);
    }

    private static async Task EchoAsync(Stream connection, int number)
    {
        var sent = new byte[3000];
        new Random(number).NextBytes(sent);
        var received = new byte[sent.Length];
        var reading = connection.ReadExactlyAsync(received).AsTask();
        await connection.WriteAsync(sent);
        await Deadline.WithinAsync($"echo {number}", DoneAsync(reading), ComeBack);
        Assert.Equal(sent, received);
    }

    private static async Task<bool> DoneAsync(Task task)
    {
        await task;
        return true;
    }
}
