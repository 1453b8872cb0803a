using System.Text;
using Postern.Protocol.Messages;
using Postern.Server.Recordings;
using Postern.Tests.Support;

namespace Postern.Tests.Recordings;

public sealed class MessageOrderTests
{
    private readonly ManualTime _time = new();
    private readonly MessageOrder _order;

    public MessageOrderTests()
    {
        _order = new MessageOrder(new RecordingLimits { MaxEarlyMessages = 4, MaxEarly = 100 }, _time);
        _order.StartAt(0);
    }

    [Fact]
    public void Each_message_is_taken_once()
    {
        Assert.Equal(Turn.Now, Take(0));
        Assert.Equal(Turn.Repeated, Take(0));
        Assert.Equal(Turn.Now, Take(1));
    }

    [Fact]
    public void What_came_early_follows_what_was_missing()
    {
        Assert.Equal(Turn.Kept, Take(2));
        Assert.Equal(Turn.Kept, Take(1));
        Assert.Equal(Turn.Now, Take(0));
        Assert.Equal("1 2", Early());
        Assert.Equal(Turn.Repeated, Take(2));
    }

    [Fact]
    public void What_cannot_be_kept_must_not_pass()
    {
        for (var i = 1; i <= 4; i++)
            Assert.Equal(Turn.Kept, Take(i));
        Assert.Equal(Turn.Refused, Take(5));
    }

    [Fact]
    public void A_number_far_ahead_must_not_pass()
        => Assert.Equal(Turn.Refused, Take(1L << 60));

    [Fact]
    public void What_comes_after_it_was_given_up_is_taken_all_the_same()
    {
        Take(3);
        Assert.False(_order.MustGiveUp);
        _time.Advance(new RecordingLimits().LongestGap);
        Assert.True(_order.MustGiveUp);
        Assert.Equal(3, _order.GiveUp());
        Assert.Equal("3", Early());
        Assert.Equal(Turn.Now, Take(0));
        Assert.Equal(Turn.Repeated, Take(0));
        Assert.Equal(Turn.Now, Take(1));
        Assert.Equal(Turn.Now, Take(4));
    }

    [Fact]
    public void Only_what_is_missing_where_the_gateway_was_restarted_is_given_up_early()
    {
        _order.ResumeAt(5);
        Take(7);
        _time.Advance(new RecordingLimits().LongestGapAfterRestart);
        Assert.True(_order.MustGiveUp);
        Assert.Equal(2, _order.GiveUp());
        Assert.Equal("7", Early());
        Take(9);
        _time.Advance(new RecordingLimits().LongestGapAfterRestart);
        Assert.False(_order.MustGiveUp);
    }

    [Fact]
    public void After_a_restart_a_position_far_behind_is_given_up_although_nothing_could_be_kept()
    {
        _order.ResumeAt(5);
        Assert.Equal(Turn.Refused, Take(1_000_000));
        Assert.Equal(Turn.Refused, Take(1_000_001));
        Assert.False(_order.MustGiveUp);
        _time.Advance(new RecordingLimits().LongestGapAfterRestart);
        Assert.True(_order.MustGiveUp);
        Assert.Equal(999_995, _order.GiveUp());
        Assert.Equal(Turn.Now, Take(1_000_000));
        Assert.False(_order.IsWaiting);
    }

    [Fact]
    public void What_was_refused_and_came_again_is_nothing_that_is_gone_back_to()
    {
        _order.ResumeAt(5);
        for (var number = 7; number <= 10; number++)
            Assert.Equal(Turn.Kept, Take(number));
        Assert.Equal(Turn.Refused, Take(11));
        Assert.Equal((Turn.Now, Turn.Now), (Take(5), Take(6)));
        Assert.Equal("7 8 9 10", Early());
        Assert.False(_order.IsWaiting);
        Assert.Equal((Turn.Now, Turn.Now), (Take(11), Take(12)));
        Assert.Equal(Turn.Kept, Take(15));
        Assert.Equal(2, _order.GiveUp());
        Assert.Equal(0, _order.SkipTo(11));
        Assert.Equal(15, _order.Next);
    }

    [Fact]
    public void What_was_received_already_is_passed_over_but_for_what_is_kept_of_it()
    {
        _order.ResumeAt(5);
        Take(8);
        Assert.Equal(3, _order.SkipTo(20));
        Assert.Equal("8", Early());
        Assert.Equal(11, _order.SkipTo(20));
        Assert.Equal(Turn.Now, Take(20));
        Assert.Equal(Turn.Repeated, Take(8));
    }

    [Fact]
    public void Where_the_beginning_is_unknown_a_first_number_far_ahead_hides_nothing()
    {
        using var order = new MessageOrder(new RecordingLimits(), _time);
        order.StartAt(-1);
        Assert.Equal(Turn.Now, order.Take(1000, PayloadType.Output, "x"u8));
        Assert.Equal(Turn.Now, order.Take(7, PayloadType.Output, "x"u8));
        Assert.Equal(Turn.Now, order.Take(8, PayloadType.Output, "x"u8));
    }

    [Fact]
    public void What_was_given_up_is_taken_once_in_whatever_order_it_comes()
    {
        using var order = new MessageOrder(new RecordingLimits(), _time);
        order.StartAt(0);
        foreach (var (gap, step) in new[] { (0, 100), (101, 100) }) // what was given up first is not forgotten over what was given up next
        {
            order.Take(gap + step, PayloadType.Output, "x"u8);
            order.GiveUp();
            Assert.True(order.TryTakeEarly(out var early));
            MessageOrder.Return(early);
        }
        foreach (var number in new[] { 1, 99, 3, 2, 198, 102, 4, 150 })
            Assert.Equal((Turn.Now, Turn.Repeated), (order.Take(number, PayloadType.Output, "x"u8), order.Take(number, PayloadType.Output, "x"u8)));
        Assert.Equal(Turn.Repeated, order.Take(100, PayloadType.Output, "x"u8));
    }

    [Fact]
    public void Where_memory_ends_nothing_that_is_missing_counts_as_taken()
    {
        using var order = new MessageOrder(new RecordingLimits(), _time);
        order.StartAt(0);
        order.Take(10_000, PayloadType.Output, "x"u8);
        order.GiveUp();
        for (var number = 1; number < 10_000; number += 2)
            Assert.Equal(Turn.Now, order.Take(number, PayloadType.Output, "x"u8));
        for (var number = 0; number < 10_000; number += 2)
            Assert.Equal(Turn.Now, order.Take(number, PayloadType.Output, "x"u8));
    }

    [Fact]
    public void What_is_kept_does_not_come_again_as_something_else()
    {
        Assert.Equal(Turn.Kept, _order.Take(1, PayloadType.Output, "ls"u8));
        Assert.Equal(Turn.Refused, _order.Take(1, PayloadType.Output, "rm"u8));
        Assert.Equal(Turn.Refused, _order.Take(1, PayloadType.Size, "ls"u8));
        Assert.Equal(Turn.Kept, _order.Take(1, PayloadType.Output, "ls"u8));
    }

    private Turn Take(long number) => _order.Take(number, PayloadType.Output, Encoding.ASCII.GetBytes($"{number}"));

    private string Early()
    {
        var found = new List<string>();
        while (_order.TryTakeEarly(out var early))
        {
            found.Add(Encoding.ASCII.GetString(early.Payload));
            MessageOrder.Return(early);
        }
        return string.Join(' ', found);
    }
}
