using Postern.Server.Nodes;
using Postern.Tests.Storage;
using Postern.Tests.Support;
using static Postern.Tests.Nodes.NodeWorld;

namespace Postern.Tests.Nodes;

public sealed class FailedAttemptsTests
{
    private readonly ManualTime _time = new();

    [Fact]
    public async Task An_address_that_tries_codes_is_refused_for_the_rest_of_the_minute()
    {
        await using var database = await DatabaseFixture.CreateAsync(DatabaseKind.Sqlite);
        var world = new NodeWorld(database.Database);
        await world.SeedAsync();
        var activation = await world.ActivateAsync();
        var register = world.Register;
        for (var i = 0; i < FailedAttempts.Limit; i++)
            await RefusedAsync("InvalidActivation", () => world.RegisterAsync(activation, new string('x', 43), register));

        await RefusedAsync("ThrottlingException", () => world.RegisterAsync(activation, null, register));
        world.Time.Advance(FailedAttempts.Window);

        Assert.StartsWith("mi-", await world.RegisterAsync(activation, null, register));
    }

    [Fact]
    public void Addresses_are_counted_apart_and_an_ipv6_network_as_one()
    {
        var failed = new FailedAttempts(_time);
        for (var i = 0; i < FailedAttempts.Limit; i++)
            failed.Add($"2001:db8::{i:x}");

        Assert.True(failed.IsExhausted("2001:db8::ffff"));
        Assert.False(failed.IsExhausted("2001:db8:0:1::1"));
        Assert.False(failed.IsExhausted("192.0.2.1"));
    }

    [Fact]
    public void However_many_addresses_come_memory_stays_bounded_and_those_known_are_counted_on()
    {
        var failed = new FailedAttempts(_time);
        for (var i = 0; i < FailedAttempts.MaxSources + 10; i++)
            failed.Add($"10.0.{i / 256}.{i % 256}");
        for (var i = 1; i < FailedAttempts.Limit; i++)
        {
            failed.Add("10.0.0.0");
            failed.Add("10.0.16.9"); // came when there was no room
        }

        Assert.True(failed.IsExhausted("10.0.0.0"));
        Assert.False(failed.IsExhausted("10.0.16.9"));
    }
}
