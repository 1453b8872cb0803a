using Postern.Conformance.Support;
using Postern.Conformance.Support.Persons;
using Postern.Conformance.Support.Servers;

namespace Postern.Conformance.Endurance;

/// <summary>A forward that nobody uses for more than ten minutes.</summary>
public sealed class IdleTests(World world)
{
    private static readonly TimeSpan Idle = TimeSpan.FromMinutes(11);

    [Theory]
    [MemberData(nameof(World.Matrix), MemberType = typeof(World))]
    public async Task A_forward_and_its_connection_outlive_eleven_idle_minutes(string agent, string person)
    {
        Assert.SkipUnless(Environment.GetEnvironmentVariable("POSTERN_LONG") == "1", "takes eleven minutes; set POSTERN_LONG=1");
        var way = World.Person(person);
        var node = await world.NodeAsync(agent);
        await using var server = new EchoServer();
        await using var tunnel = await Tunnel.OpenAsync(way, node, null, server.Port);
        await using var connection = await Traffic.ConnectAsync(tunnel.Port);
        await connection.WriteAsync("a"u8.ToArray());
        Assert.Equal(1, await connection.ReadAsync(new byte[1]));

        await Task.Delay(Idle);

        await connection.WriteAsync("b"u8.ToArray());
        Assert.Equal(1, await connection.ReadAsync(new byte[1]).AsTask().WaitAsync(Deadline.Usual));
        await Traffic.EchoesAsync(tunnel.Port, 1000, seed: 1);
    }
}
