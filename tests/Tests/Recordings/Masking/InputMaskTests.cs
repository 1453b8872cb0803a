using System.Text;
using Postern.Protocol.Recordings;
using Postern.Protocol.Recordings.Masking;

namespace Postern.Tests.Recordings.Masking;

/// <summary>Conversations with a terminal: "&gt;" is typed, "&lt;" is shown.</summary>
public sealed class InputMaskTests
{
    [Theory]
    [InlineData("a password is masked", ">sudo id\r<sudo id\r\n[sudo] password for anna: >hunter2\r<\r\nuid=0(root)\r\n", "sudo id\r|*******\r")]
    [InlineData("typed key by key", ">l<l>s<s>\r<\r\n>s>e>c>\r<\r\n", "l|s|\r|*|*|*|\r")]
    [InlineData("stars are no echo", "<PIN: >1<*>2<*>3<*>4<*>\r<\r\n", "*|*|*|*|\r")]
    [InlineData("corrections count", ">lz<lz>\u007f<\b \b>s\r<s\r\n", "lz|\u007f|s\r")]
    [InlineData("echo among colours", ">ls\r<\u001b[32ml\u001b[0m\u001b]0;title ls\u0007s\u001b[K\r\n", "ls\r")]
    [InlineData("arrow keys are no text", ">\u001b[A<ls -la>\r<\r\n", "\u001b[A|\r")]
    [InlineData("two lines at once", ">ls\rpwd\r<ls\r\nfile\r\n$ pwd\r\n/root\r\n", "ls\rpwd\r")]
    [InlineData("a command and its password at once", ">su\rsecret\r<su\r\nPassword: \r\n# ", "su\r******\r")]
    [InlineData("what comes by chance is no echo", "<Password: >sesam\r<\r\nsessions and mail\r\n", "*****\r")]
    [InlineData("the end of the recording decides", "<Password: >sesam", "*****")]
    [InlineData("what has no echo keeps nothing else from its own", ">:q!\r<\u001b[?1049l$ >echo hi\r<echo hi\r\nhi\r\n", "***\r|echo hi\r")]
    [InlineData("umlauts", ">\u00e4\u00f6\r<\u00e4\u00f6\r\n>\u00e4\r<\r\n", "\u00e4\u00f6\r|**\r")]
    public void What_is_typed_shows_when_it_was_shown(string what, string conversation, string expected)
    {
        var mask = new InputMask();
        var (seen, time) = (new List<RecordedEvent>(), 0L);
        foreach (var recorded in Events(conversation))
        {
            mask.Add(recorded with { Time = time += 1000 });
            Take();
        }
        mask.Complete();
        Take();
        Assert.True(expected == string.Join('|', seen.Where(e => e.Kind == RecordingEventKind.Input).Select(e => e.Text)), $"{what}: {string.Join('|', seen.Where(e => e.Kind == RecordingEventKind.Input).Select(e => e.Text))}");
        Assert.Equal(seen.Select(e => e.Time).Order(), seen.Select(e => e.Time));
        Assert.Equal(Events(conversation).Count(), seen.Count);

        void Take()
        {
            while (mask.TryTake(out var next))
                seen.Add(next);
        }
    }

    [Fact]
    public void Nothing_waits_without_bound()
    {
        var mask = new InputMask();
        var taken = 0;
        mask.Add(new RecordedEvent(RecordingEventKind.Input, 0, "never ended"u8.ToArray()));
        for (var i = 1; i <= 10_000; i++)
        {
            mask.Add(new RecordedEvent(RecordingEventKind.Output, i, "text"u8.ToArray()));
            while (mask.TryTake(out var next))
                if (taken++ == 0)
                    Assert.Equal("***********", next.Text);
        }
        Assert.InRange(taken, 5000, 10_001);
        Assert.InRange(taken, 10_001 - 4096, 10_001);
    }

    [Fact]
    public void An_ended_line_waits_two_seconds_for_its_echo()
    {
        var mask = new InputMask();
        mask.Add(new RecordedEvent(RecordingEventKind.Input, 0, "dd\r"u8.ToArray()));
        mask.Add(new RecordedEvent(RecordingEventKind.Output, 1_900_000, "\u001b[K"u8.ToArray()));
        Assert.False(mask.TryTake(out _));
        mask.Add(new RecordedEvent(RecordingEventKind.Output, 2_100_000, "x"u8.ToArray()));
        Assert.True(mask.TryTake(out var first));
        Assert.Equal("**\r", first.Text);
    }

    private static IEnumerable<RecordedEvent> Events(string conversation)
    {
        var start = 0;
        while (start < conversation.Length)
        {
            var end = conversation.IndexOfAny(['<', '>'], start + 1);
            if (end < 0)
                end = conversation.Length;
            yield return new RecordedEvent(conversation[start] == '>' ? RecordingEventKind.Input : RecordingEventKind.Output, 0, Encoding.UTF8.GetBytes(conversation[(start + 1)..end]));
            start = end;
        }
    }
}
