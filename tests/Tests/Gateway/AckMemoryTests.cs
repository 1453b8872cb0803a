using Postern.Server.Gateway;
using Postern.Tests.Support;

namespace Postern.Tests.Gateway;

public sealed class AckMemoryTests
{
    [Fact]
    public void Numbers_are_remembered_in_any_order_against_a_plain_set()
    {
        var random = new Random(7);
        var memory = Everything(fromStart: true);
        var expected = new HashSet<long>();
        for (var round = 0; round < 20_000; round++)
        {
            var number = Math.Max(0, round + random.Next(-400, 4000));
            memory.Add(number);
            expected.Add(number);
            var probe = Math.Max(0, round + random.Next(-500, 5000));
            Assert.Equal(expected.Contains(probe), memory.Contains(probe));
        }
    }

    [Fact]
    public void A_number_beyond_the_window_is_forgotten_and_harms_nothing()
    {
        var memory = Everything(fromStart: true);
        memory.Add(AckMemory.Window);
        memory.Add(long.MaxValue);
        memory.Add(-1);
        Assert.False(memory.Contains(AckMemory.Window));
        Assert.False(memory.Contains(long.MaxValue));
        memory.Add(AckMemory.Window - 1);
        memory.Add(0);
        Assert.True(memory.Contains(AckMemory.Window - 1));
        Assert.True(memory.Contains(0));
        Assert.False(memory.Contains(1));
    }

    [Fact]
    public void A_memory_that_begins_in_the_middle_claims_nothing_about_what_was_before()
    {
        var memory = Everything(fromStart: false);
        Assert.False(memory.Contains(0));
        memory.Add(5000);
        memory.Add(5002);
        Assert.False(memory.Contains(4999));
        Assert.True(memory.Contains(5000));
        Assert.False(memory.Contains(5001));
        Assert.True(memory.Contains(5002));
        memory.Add(4990);
        Assert.True(memory.Contains(4990));
        Assert.False(memory.Contains(4991));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_number_may_stand_for_all_before_it(bool fromStart)
    {
        var memory = Everything(fromStart);
        memory.Add(7);
        memory.Add(4003);
        memory.Add(4001);
        memory.AddUpTo(4000);
        Assert.True(memory.Contains(0));
        Assert.True(memory.Contains(4001));
        Assert.False(memory.Contains(4002));
        Assert.True(memory.Contains(4003));
        memory.AddUpTo(100);
        Assert.True(memory.Contains(4000));
        memory.AddUpTo(1L << 40);
        Assert.True(memory.Contains(1L << 40));
        Assert.False(memory.Contains((1L << 40) + 1));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Numbers_that_no_session_gets_to_are_ignored(bool fromStart)
    {
        var memory = Everything(fromStart);
        foreach (var number in new[] { long.MaxValue - 1, long.MaxValue, long.MaxValue - 2 })
        {
            memory.AddUpTo(number);
            memory.Add(number);
            Assert.False(memory.Contains(number));
        }
        memory.Add(0);
        Assert.True(memory.Contains(0));
        Assert.False(memory.Contains(1));
    }

    [Fact]
    public void What_did_not_pass_was_not_received()
    {
        var memory = new AckMemory(fromStart: true);
        memory.Add(0);
        memory.AddUpTo(5);
        Assert.False(memory.Contains(0));
        memory.Passing(3);
        memory.Add(4);
        memory.AddUpTo(4);
        memory.Add(2);
        Assert.Equal((false, true, false, false), (memory.Contains(0), memory.Contains(2), memory.Contains(3), memory.Contains(4)));
    }

    [Fact]
    public void What_passed_before_a_memory_that_begins_in_the_middle_may_be_a_window_ahead_of_what_is_repeated()
    {
        var memory = new AckMemory(fromStart: false);
        memory.Passing(7);
        memory.AddUpTo(8 + AckMemory.Window);
        Assert.False(memory.Contains(7));
        memory.AddUpTo(7 + AckMemory.Window);
        Assert.True(memory.Contains(7));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void The_first_missing_number_is_the_first_it_does_not_contain(bool fromStart)
    {
        var memory = Everything(fromStart);
        var random = new Random(11);
        for (var round = 0; round < 300; round++)
        {
            if (random.Next(40) == 0)
                memory.AddUpTo(random.Next(round));
            else
                memory.Add(random.Next(round, round + 60));
            var from = random.Next(round + 100);
            var expected = from;
            while (memory.Contains(expected))
                expected++;
            Assert.Equal(expected, memory.FirstMissing(from));
        }
    }

    [Fact]
    public void Steady_use_takes_no_memory()
    {
        var memory = Everything(fromStart: true);
        for (var i = 0; i < 1000; i++)
            memory.Add(i);
        var next = 1000;
        Assert.Equal(0, Allocations.Least(() =>
        {
            for (var end = next + 10_000; next < end; next++)
            {
                memory.Add(next);
                memory.Contains(next + 1);
            }
        }));
    }

    /// <summary>A memory of a session in which all that is asked about passed.</summary>
    private static AckMemory Everything(bool fromStart)
    {
        var memory = new AckMemory(fromStart);
        memory.Passing(long.MaxValue);
        return memory;
    }
}
