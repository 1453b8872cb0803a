using System.Diagnostics;
using System.Text;
using Postern.Protocol.Recordings.Screen;
using Postern.Tests.Support;

namespace Postern.Tests.Recordings.Screen;

/// <summary>A second opinion: tmux is sent the same bytes, and its picture of the screen is compared, colours and attributes included.</summary>
public sealed class TmuxTests : IDisposable
{
    private const int Columns = 80, Rows = 24;
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("vim", "vim -u NONE -N +'syntax on' FILE", "2jdd5joHello\u001b:split\r:q\rGwwx")]
    [InlineData("less", "less FILE", "  b/line 7\rnG")]
    [InlineData("top", "top -d 1", "cM")]
    [InlineData("bash", "bash --norc", "ls --color=always -la /usr | head -30\rprintf '\\033[1;31mred\\033[0m\\n'\rfor i in 1 2 3; do echo $i; done\r\u0015echo a\u0001x\r")]
    [InlineData("tmux", "tmux -f /dev/null -S SOCKET new-session -x 80 -y 24 'bash --norc'", "seq 1 50\r\u0002%ls -la /\r\u0002\"echo hi\r")]
    public async Task Programs_of_the_whole_screen_look_as_in_tmux(string name, string command, string typed)
    {
        Skip(name);
        var text = _folder["text"];
        await File.WriteAllLinesAsync(text, Enumerable.Range(1, 200).Select(i => $"int line {i} = \"text {i}\"; /* {new string('=', i % 90)} */"), TestContext.Current.CancellationToken);
        var bytes = await ProgramOutput.RecordAsync(command.Replace("FILE", text).Replace("SOCKET", _folder["inner"]), typed, Columns, Rows, _folder);
        if (name == "tmux")
            await RunAsync("-S", _folder["inner"], "kill-server"); // its windows outlive the terminal they were shown on
        Assert.NotEmpty(bytes);
        await CompareAsync(bytes);
    }

    [Fact]
    public async Task Made_up_bytes_put_their_text_where_tmux_does()
    {
        Skip("tmux");
        for (var seed = 0; seed < 12; seed++)
            await CompareAsync(TmuxDialect.Random(new Random(seed), 200), withStyles: false); // tmux shows no colours of rows that were erased
    }

    private async Task CompareAsync(byte[] bytes, bool withStyles = true)
    {
        var ours = new TerminalScreen(Columns, Rows);
        ours.Write(bytes);
        var theirs = new TerminalScreen(Columns, Rows);
        theirs.Write(Encoding.UTF8.GetBytes("\e)0\e[?7l" + (await CaptureAsync(bytes)).TrimEnd('\n').Replace("\n", "\r\n")));
        for (var row = 0; row < Rows; row++)
            Assert.Equal($"{row}: {Shown(theirs, row)}", $"{row}: {Shown(ours, row)}");
        for (var row = 0; withStyles && row < Rows; row++)
            Assert.Equal($"{row}: {Styled(theirs, row)}", $"{row}: {Styled(ours, row)}");
    }

    /// <summary>
    /// Both drawn by one hand. Trailing blanks without colour do not count; nor does the last column, whose character xterm erases and tmux keeps when a line was filled to its end
    /// and then cleared from the cursor on.
    /// </summary>
    private static string Styled(TerminalScreen screen, int row)
    {
        var bytes = new System.Buffers.ArrayBufferWriter<byte>();
        screen.RenderRow(row, screen.Columns - 1, bytes);
        return Encoding.UTF8.GetString(bytes.WrittenSpan).Replace("\e[0m", "\e[m").TrimEnd(' ', '[', 'm', '\e').Replace('\e', '\u241b');
    }

    private static string Shown(TerminalScreen screen, int row) => screen.RowText(row) is var text && text.Length >= Columns ? text[..(Columns - 1)].TrimEnd(' ') : text;

    private async Task<string> CaptureAsync(byte[] bytes)
    {
        var nonce = Guid.NewGuid().ToString("N");
        var (socket, file) = (_folder[nonce], _folder["bytes"]); // a server of its own: the one before may still be ending
        await File.WriteAllBytesAsync(file, [.. bytes, 0x18, .. Encoding.ASCII.GetBytes($"\e]2;{nonce}\a")], TestContext.Current.CancellationToken);
        await RunAsync("-f", "/dev/null", "-S", socket, "new-session", "-d", "-x", $"{Columns}", "-y", $"{Rows}", $"stty raw -echo; cat {file}; exec sleep 60");
        try
        {
            for (var start = Stopwatch.GetTimestamp(); (await RunAsync("-S", socket, "display-message", "-p", "#{pane_title}")).Trim() != nonce;)
                Assert.True(Stopwatch.GetElapsedTime(start) < Deadline, "tmux did not show all of it in time");
            return await RunAsync("-S", socket, "capture-pane", "-e", "-p", "-N");
        }
        finally
        {
            await RunAsync("-S", socket, "kill-server");
        }
    }

    private static async Task<string> RunAsync(params string[] arguments)
    {
        using var tmux = Process.Start(new ProcessStartInfo("tmux", ["-u", .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var output = await tmux.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await tmux.WaitForExitAsync(TestContext.Current.CancellationToken);
        return output;
    }

    private static void Skip(string program)
    {
        foreach (var needed in new[] { "tmux", program })
            Assert.SkipWhen(!new[] { "/usr/bin", "/bin", "/usr/local/bin" }.Any(folder => File.Exists(Path.Combine(folder, needed))), $"{needed} is not installed");
    }
}
