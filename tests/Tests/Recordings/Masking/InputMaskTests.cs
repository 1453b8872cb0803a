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
    [InlineData("a line that is taken back", ">hello<hello>\u0015<\b\b\b\b\b\u001b[K>ls\r<ls\r\n", "hello|\u0015|ls\r")]
    [InlineData("a word that is taken back", ">echo hello<echo hello>\u0017<\b\b\b\b\b\u001b[K>you\r<you\r\n", "echo hello|\u0017|you\r")]
    [InlineData("what is taken back at a password", "<Password: >hunter2>\u0015>ls -la /var/lib/somewhere\r<ls -la /var/lib/somewhere\r\n", "*******|\u0015|ls -la /var/lib/somewhere\r")]
    [InlineData("a password is given up", "<Password: >hunter2>\u0003<\r\n$ >ls -la /var/lib\r<ls -la /var/lib\r\n", "*******|\u0003|ls -la /var/lib\r")]
    [InlineData("a password that begins a long line", ">hunter2>a long line to hide it in, so that most of it shows<a long line to hide it in, so that most of it shows>\r<\r\n", "*******|***************************************************|\r")]
    [InlineData("nothing to take back", ">\u007f\u007f\u0017\u0015\b>ls<ls>\r<\r\n", "\u007f\u007f\u0017\u0015\b|ls|\r")]
    [InlineData("Escape and a P are keys", ">\u001b>Phunter2\r<\r\n", "\u001b|********\r")]
    [InlineData("Escape and a P at once", ">\u001bPhunter2\r<\r\n", "\u001b********\r")]
    [InlineData("Escape and brackets at once", ">\u001b]hunter2\r\u001b[12345\r\u001bO123\r<\r\n", "\u001b********\r\u001b******\r\u001b****\r")]
    [InlineData("a terminal answers", ">ls<ls>\u001b]11;rgb:ffff/ffff/ffff\u001b\\\u001b[?1;2c>\r<\r\n", "ls|\u001b]*********************\u001b\\\u001b[?1;2c|\r")]
    [InlineData("an answer does not begin a string", ">\u001b]11;rgb:0/0/0\u0007>hunter2\r<\r\n", "\u001b]************\u0007|*******\r")]
    [InlineData("characters by number", ">\u001b[104u\u001b[27;2;72~\u001b[72;35;104;1;0;1_\r<\r\n", "\u001b[****\u001b[********\u001b[****************\r")]
    [InlineData("a long answer in one line", "<Token: >secret\r<{\"server\":\"east\",\"created\":\"recent\",\"secrets\":[]}", "******\r")]
    [InlineData("a long answer in one line, which ends", "<Token: >secret\r<{\"server\":\"east\",\"created\":\"recent\",\"secrets\":[]}\r\n", "******\r")]
    [InlineData("a number within numbers", "<PIN: >1>2>3>4>\r<98711223344, 1234, 5\r\n", "*|*|*|*|\r")]
    [InlineData("a box with stars", ">s<*>e<*>c<*>r<*>e<*>t<*>\r<\u001b[5;10Hscreen: \u001b[6;3Hsecret\u001b[7;1Hsecret\r\n", "*|*|*|*|*|*|\r")]
    [InlineData("a box without stars", ">secret>\r<\u001b[1;1Hs\u001b[1;5He\u001b[2;1Hc\u001b[3;1Hr e\u001b[4;1Ht\u001b[5;1Hsecret\r\n", "******|\r")]
    [InlineData("others write meanwhile", ">s<is some\r\nsays\r\n>e<the every\r\nere\r\n>c<a copy\r\ncut\r\n>r<\r\nsee\r\nerror\r\nread\r\n>\r<\r\n", "*|*|*|*|\r")]
    [InlineData("a clock on the screen", ">1<\u001b[1;70H12:34\u001b[5;5H>2<\u001b[1;70H12:35\u001b[5;5H>3<\u001b[1;70H12:36\u001b[5;5H>\r<\r\n", "*|*|*|\r")]
    [InlineData("a password that the prompt has", "<Password of root>root\r<\r\n", "****\r")]
    [InlineData("the same line twice, shown once", ">root\rroot\r<root\r\nPassword: \r\n", "root\r****\r")]
    [InlineData("a title that does not end", "<\u001b]0;title\u001b[0m$ >ls<ls>\r<\r\n", "ls|\r")]
    [InlineData("zsh draws a word again", ">l<l>s<\b\u001b[1ml\u001b[0ms> -l<\u001b[2D\u001b[32mls\u001b[0m -l>\r<\r\r\n", "l|s| -l|\r")]
    [InlineData("a line drawn again as a whole", ">l<\u001b[7;3Hl>s<\u001b[7;3Hls> -l<\u001b[7;3Hls -l>\r<\r\n", "l|s| -l|\r")]
    [InlineData("completion", ">cd /ho\t<cd /home/>anna<anna>\r<\r\n", "cd /ho\t|anna|\r")]
    [InlineData("a suggestion behind the cursor", ">l<l\u001b[90ms -la\u001b[0m\u001b[5D>s<s\u001b[90m -la\u001b[0m\u001b[4D>\r<\u001b[K\r\n", "l|s|\r")]
    [InlineData("history", ">\u001b[A<ls> -la<\u001b[32m -la\u001b[0m>\r<\r\n", "\u001b[A| -la|\r")]
    [InlineData("an insertion", ">ls<ls>\u001b[D<\b>x<xs\b>y<ys\b>\r<\r\n", "ls|\u001b[D|x|y|\r")]
    [InlineData("typed before the prompt", "<file\r\n>l>s>\r<other\r\n$ ls\r\n", "*|*|\r")]
    [InlineData("typed while the prompt is written", ">l>s>\r<$ ls\u001b[?2004l\r\n", "l|s|\r")]
    [InlineData("a line over the margin", ">0123456789 abc\r<0123456789 \r abc\r\n", "0123456789 abc\r")]
    [InlineData("an editor", ">i<\u001b[24;1H-- INSERT --\u001b[1;1H>h<h\u001b[24;60H1,2\u001b[1;2H>e<e\u001b[24;60H1,3\u001b[1;3H>l<l>l<l>o<o>\r<\u001b[2;1H", "*|h|e|l|l|o|\r")]
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

    /// <summary>Whatever is typed and shown: nothing is lost, moved or made longer, and nothing but stars is new.</summary>
    [Fact]
    public void Any_bytes_can_be_masked()
    {
        string[] typed = ["a", "b", "ab", " ", "\u00e4", "\u00a4", "\r", "\n", "\b", "\u007f", "\u0015", "\u0017", "\u0003", "\u0004", "\u001a", "\t", "\u001b", "\u001bP", "\u001b]1;a\u0007", "\u001b[A", "\u001b[D", "\u001b[97u", "\u001bOA", "\u001bOp"];
        string[] shown = ["a", "b", "ab", " ", "\u00e4", "*", "\r", "\n", "\r\n", "\b", "\b \b", "^C", "\u001b", "\u001b[K", "\u001b[2D", "\u001b[C", "\u001b[99999C", "\u001b[1;1H", "\u001b[5G", "\u001b]0;t\u0007", "\u001bP", "\u001bM", " \r"];
        var random = new Random(1);
        for (var round = 0; round < 20_000; round++)
        {
            var given = new List<RecordedEvent>();
            var time = 0L;
            for (var count = random.Next(1, 40); count > 0; count--)
            {
                var isTyped = random.Next(2) == 0;
                var parts = isTyped ? typed : shown;
                var body = string.Concat(Enumerable.Range(0, random.Next(1, 5)).Select(_ => parts[random.Next(parts.Length)]));
                var bytes = Encoding.UTF8.GetBytes(body);
                given.Add(new RecordedEvent(isTyped ? RecordingEventKind.Input : RecordingEventKind.Output, time += random.Next(10) == 0 ? 3_000_000 : 1000, bytes[random.Next(2)..]));
            }
            var mask = new InputMask();
            var taken = new List<RecordedEvent>();
            foreach (var one in given)
            {
                mask.Add(one with { Body = [.. one.Body] });
                while (mask.TryTake(out var next))
                    taken.Add(next);
            }
            mask.Complete();
            while (mask.TryTake(out var next))
                taken.Add(next);
            Assert.Equal(given.Select(e => (e.Kind, e.Time, e.Body.Length)), taken.Select(e => (e.Kind, e.Time, e.Body.Length)));
            foreach (var (before, after) in given.Zip(taken))
                Assert.All(before.Body.Zip(after.Body), pair => Assert.True(pair.First == pair.Second || before.Kind == RecordingEventKind.Input && pair.First >= ' ' && pair.Second == '*'));
        }
    }

    /// <summary>Letters that others write at the same time are found in what was typed now and then, but not so many of them that it counts as shown.</summary>
    [Fact]
    public void A_password_typed_among_other_output_stays_masked()
    {
        const string words = "the secret of the server is that it starts at port 1234 and stores 42 tests in /var/lib; ";
        string[] moves = ["", "\r", "\b", "\u001b[3;4H", "\u001b[2D", "\u001b[9G"];
        var random = new Random(1);
        for (var round = 0; round < 2000; round++)
        {
            var mask = new InputMask();
            var password = string.Concat(Enumerable.Range(0, random.Next(6, 12)).Select(_ => words[random.Next(words.Length - 1)]).Where(c => c != ' '));
            var taken = new List<RecordedEvent>();
            foreach (var key in password + "\r")
            {
                mask.Add(new RecordedEvent(RecordingEventKind.Input, 0, [(byte)key]));
                for (var pieces = random.Next(4); pieces > 0; pieces--)
                {
                    var from = random.Next(words.Length);
                    mask.Add(new RecordedEvent(RecordingEventKind.Output, 0, Encoding.UTF8.GetBytes(moves[random.Next(moves.Length)] + words[from..random.Next(from, words.Length)])));
                }
            }
            mask.Complete();
            while (mask.TryTake(out var next))
                taken.Add(next);
            var typed = string.Concat(taken.Where(e => e.Kind == RecordingEventKind.Input).Select(e => e.Text));
            Assert.True(typed.TrimEnd('\r').All(c => c == '*'), $"{password} gave {typed}");
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
