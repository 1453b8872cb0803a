using System.Text;
using Postern.Protocol.Recordings.Screen;
using Postern.Tests.DataStream;

namespace Postern.Tests.Recordings.Screen;

public sealed class TerminalScreenTests
{
    [Theory]
    [InlineData("ab\r\ncd", "ab", "cd")]
    [InlineData("0123456789ABC", "0123456789", "ABC")]
    [InlineData("0123456789\r\nx", "0123456789", "x")] // the cursor waits behind the last column
    [InlineData("\e[?7l0123456789ABC", "012345678C", "")]
    [InlineData("abc\b\bX", "aXc", "")]
    [InlineData("a\tb", "a       b", "")]
    [InlineData("\u6f22\u5b57\e[2GX", " X\u5b57", "")] // half a wide character is none
    [InlineData("012345678\u6f22", "012345678", "\u6f22")] // a wide one does not stand on the border
    [InlineData("e\u0301x", "e\u0301x", "")]
    [InlineData("\e(0lqk\e(Bl", "\u250c\u2500\u2510l", "")]
    [InlineData("abcdef\e[3G\e[2P", "abef", "")]
    [InlineData("abcdef\e[3G\e[2@", "ab  cdef", "")]
    [InlineData("abcdef\e[3G\e[4hXY\e[4lZ", "abXYZdef", "")]
    [InlineData("abcdef\e[3G\e[K", "ab", "")]
    [InlineData("abcdef\e[3G\e[1K", "   def", "")]
    [InlineData("one\r\ntwo\e[H\e[L", "", "one")]
    [InlineData("one\r\ntwo\e[H\e[M", "two", "")]
    [InlineData("main\e[?1049hother\e[?1049l!", "main!", "")]
    [InlineData("a\e[3bx", "aaaax", "")]
    [InlineData("\e7abc\e8X", "Xbc", "")]
    [InlineData("\e]0;a title\aok\e]2;b\e\\!", "ok!", "")]
    [InlineData("\e[31;1mred\e[0m", "red", "")]
    [InlineData("a\e[99999;99999Hb\e[Hc", "c", "")]
    public void Text_stands_where_xterm_puts_it(string sent, string first, string second)
    {
        var screen = new TerminalScreen(10, 2);
        screen.Write(Encoding.UTF8.GetBytes(sent));
        Assert.Equal(first, screen.RowText(0));
        if (!sent.Contains("99999"))
            Assert.Equal(second, screen.RowText(1));
    }

    [Fact]
    public void Margins_hold_what_scrolls()
    {
        var screen = new TerminalScreen(10, 4);
        screen.Write("1\r\n2\r\n3\r\n4\e[2;3r\e[3;1H\nnew\e[2;1H\eM"u8);
        Assert.Equal(["1", "", "3", "4"], Rows(screen));
        screen.Write("\e[3;1H\nnew"u8);
        Assert.Equal(["1", "3", "new", "4"], Rows(screen));
    }

    [Fact]
    public void A_smaller_screen_keeps_the_cursor_s_row_and_a_larger_one_the_text()
    {
        var screen = new TerminalScreen(10, 4);
        screen.Write("one\r\ntwo\r\nthree\r\nfour"u8);
        screen.Resize(4, 2);
        Assert.Equal(["thre", "four"], Rows(screen));
        screen.Resize(12, 3);
        screen.Write("\r\nfive"u8);
        Assert.Equal(["thre", "four", "five"], Rows(screen));
    }

    [Fact]
    public void Bytes_may_be_cut_anywhere()
    {
        for (var seed = 0; seed < 60; seed++)
        {
            var random = new Random(seed);
            var bytes = TerminalBytes.Random(random, 120, withNoise: true);
            TerminalScreen whole = new(40, 12), cut = new(40, 12);
            whole.Write(bytes);
            for (var at = 0; at < bytes.Length;)
            {
                var length = Math.Min(random.Next(1, 6), bytes.Length - at);
                cut.Write(bytes.AsSpan(at, length));
                at += length;
            }
            Assert.Equal(TerminalBytes.Picture(whole), TerminalBytes.Picture(cut));
        }
    }

    [Fact]
    public void A_screen_that_was_drawn_again_goes_on_like_the_first()
    {
        for (var seed = 0; seed < 200; seed++)
        {
            var random = new Random(seed);
            var screen = new TerminalScreen(random.Next(2, 60), random.Next(1, 20));
            screen.Write(TerminalBytes.Random(random, 150));
            screen.Write(((byte[][])[[], [0xe6], [0xf0, 0x9f], "\e"u8.ToArray(), "\e[1;3"u8.ToArray(), "\e[?10"u8.ToArray(), "\e]0;ti"u8.ToArray()])[random.Next(7)]); // something unfinished
            var drawn = TerminalBytes.Drawn(screen);
            Assert.Equal(TerminalBytes.Picture(screen), TerminalBytes.Picture(drawn));
            var more = TerminalBytes.Random(random, 40);
            screen.Write(more);
            drawn.Write(more);
            Assert.True(TerminalBytes.Picture(screen) == TerminalBytes.Picture(drawn), $"seed {seed}");
        }
    }

    [Fact]
    public void No_bytes_break_it_and_it_stays_small()
    {
        var random = new Random(1);
        var noise = new byte[64 * 1024];
        var screen = new TerminalScreen(int.MaxValue, int.MaxValue);
        Assert.Equal((TerminalScreen.MaxColumns, TerminalScreen.MaxCells / TerminalScreen.MaxColumns), (screen.Columns, screen.Rows));
        screen.Resize(1, int.MaxValue);
        Assert.Equal((2, TerminalScreen.MaxRows), (screen.Columns, screen.Rows));
        for (var round = 0; round < 20; round++)
        {
            random.NextBytes(noise);
            screen.Write(noise);
            screen.Write(TerminalBytes.Random(random, 2000, withNoise: true));
            screen.Resize(random.Next(-5, 200), random.Next(-5, 60));
            Assert.InRange(screen.CursorRow, 0, screen.Rows - 1);
            Assert.InRange(screen.CursorColumn, 0, screen.Columns - 1);
        }
        screen.Write(Encoding.UTF8.GetBytes($"\ec\e]0;{new string('t', 100_000)}\a"));
        Assert.InRange(screen.Title.Length, 1, 512);
    }

    [Fact]
    public void Many_different_marks_cost_no_more_memory_than_some()
    {
        var screen = new TerminalScreen(80, 24);
        var text = new StringBuilder();
        for (var i = 0; i < 20_000; i++)
            text.Append((char)(0x4e00 + i)).Append('\u0301');
        text.Append("\r\ne\u0301");
        screen.Write(Encoding.UTF8.GetBytes(text.ToString()));
        Assert.Equal("e\u0301", screen.RowText(screen.CursorRow));
    }

    [Fact]
    public void Writing_allocates_nothing_for_a_byte_or_a_line()
    {
        var screen = new TerminalScreen(80, 24);
        var bytes = Encoding.UTF8.GetBytes("\e[1;31mred \e[0mplain \u6f22 \e[2;5Hthere\r\n\e[K" + string.Join("\r\n", Enumerable.Repeat("y", 100)));
        screen.Write(bytes);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 100; i++)
            screen.Write(bytes);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 100 * 200); // code that is not optimised boxes here and there
    }

    [Fact]
    public void Lines_come_as_text_once_when_they_are_done_with()
    {
        var lines = new List<string>();
        var screen = new TerminalScreen(10, 3) { LineDone = lines.Add };
        screen.Write("$ ls\r\none two\r\n0123456789ABCDEF\r\n\r\n$ vi\r\n"u8);
        Assert.Equal(["$ ls", "one two", "0123456789ABCDEF", "$ vi"], lines);
        screen.Write("\e[?1049h\e[Hin the editor\e[?1049l$ typed\b\b\b\b\b\e[K"u8);
        screen.Write("pwd"u8);
        screen.TakeAllText();
        screen.TakeAllText();
        Assert.Equal(["$ ls", "one two", "0123456789ABCDEF", "$ vi", "in the editor", "$ pwd"], lines);
    }

    [Fact]
    public void A_line_without_end_comes_in_pieces_and_none_twice()
    {
        var lines = new List<string>();
        var screen = new TerminalScreen(20, 5) { LineDone = lines.Add };
        var text = new StringBuilder();
        for (var i = 0; i < 1000; i++)
            text.Append($"{i:00000}");
        screen.Write(Encoding.ASCII.GetBytes(text.ToString()));
        screen.TakeAllText();
        var seen = string.Concat(lines);
        for (var i = 0; i < 1000; i++)
            Assert.Contains($"{i:00000}", seen);
        Assert.InRange(seen.Length, text.Length, 2 * text.Length);
    }

    [Theory]
    [InlineData("\e[2J")]
    [InlineData("\e[2Jx")]
    [InlineData("\e[S")]
    [InlineData("x\e[S")]
    [InlineData("\e[500L")]
    [InlineData("\e[2;100r\e[99S")]
    [InlineData("\e[65535b")]
    [InlineData("\e#8")]
    [InlineData("\e[?47h\e[?47l")]
    [InlineData("\n\e[A")]
    [InlineData("x\n\e[A")]
    public async Task A_node_cannot_have_much_work_done_with_few_bytes(string sequence)
    {
        const int count = 20_000;
        long characters = 0;
        var screen = new TerminalScreen(TerminalScreen.MaxColumns, TerminalScreen.MaxRows) { LineDone = line => characters += line.Length };
        screen.Write("\e[41m"u8);
        screen.Write(Encoding.ASCII.GetBytes(new string('w', TerminalScreen.MaxColumns * TerminalScreen.MaxRows))); // one wrapped line
        screen.Write("\e[60;1H"u8);
        var bytes = Encoding.ASCII.GetBytes(sequence);
        await Task.Run(() =>
        {
            for (var i = 0; i < count; i++)
                screen.Write(bytes);
        }).WaitAsync(Deadline.Time); // where each costs a screen or a line without end it takes minutes
        Assert.InRange(characters, 0, 2L * TerminalScreen.MaxColumns * TerminalScreen.MaxRows + (long)count * 2 * TerminalScreen.MaxLine);
    }

    [Theory]
    [InlineData("\e[2;5r\e[3H\e[2L", "1|2|||3|6")]
    [InlineData("\e[2;5r\e[2S", "1|4|5|||6")]
    [InlineData("\e[2;5r\e[9T", "1|||||6")]
    [InlineData("\e[3T", "|||1|2|3")]
    [InlineData("\e[2H\e[3M", "1|5|6|||")]
    public void Rows_move_as_far_as_is_asked_for(string sequence, string rows)
    {
        var screen = new TerminalScreen(4, 6);
        screen.Write(Encoding.ASCII.GetBytes("1\r\n2\r\n3\r\n4\r\n5\r\n6" + sequence));
        Assert.Equal(rows, string.Join('|', Rows(screen)));
    }

    private static string[] Rows(TerminalScreen screen) => [.. Enumerable.Range(0, screen.Rows).Select(screen.RowText)];
}
